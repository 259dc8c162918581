import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { archive } from './stages/archive.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

/** Turns container images into package archives. */
export const squash = definePlugin({ name: 'squash', apiVersion: 1, options: pluginOptions, codes, stages: { archive } });
