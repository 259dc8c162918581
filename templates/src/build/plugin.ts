import { definePlugin, noOptions } from '@cos/core';
import { build } from './command.ts';

/** Brings the command `cos build`. */
export const packageBuilds = definePlugin({ name: 'build', apiVersion: 1, options: noOptions, commands: { build } });
