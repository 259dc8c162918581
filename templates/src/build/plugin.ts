import { definePlugin, noOptions } from '@cos/core';
import { build } from './command.ts';
import { publish } from './publish.ts';

/** Brings the commands `cos build` and `cos publish`. */
export const packageBuilds = definePlugin({ name: 'build', apiVersion: 1, options: noOptions, commands: { build, publish } });
