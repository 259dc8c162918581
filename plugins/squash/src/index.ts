import { definePlugin } from '@cos/core';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { archive } from './stages/archive.ts';

/** Turns container images into package archives. */
export const squash = definePlugin({ name: 'squash', apiVersion: 1, options: pluginOptions, codes, stages: { archive } });
