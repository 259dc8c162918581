import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { create } from './stages/create.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export const repo = definePlugin({ name: 'repo', apiVersion: 1, options: pluginOptions, codes, stages: { create } });
