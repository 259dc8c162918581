import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { template } from './stages/template.ts';
import { validate } from './stages/validate.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export const packer = definePlugin({ name: 'packer', apiVersion: 1, options: pluginOptions, codes, stages: { template, validate } });
