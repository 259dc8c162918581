import { definePlugin } from '@cos/core';
import { hostVariables } from '@cos/registry';
import { signatureVariable } from '@cos/trust';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { create } from './stages/create.ts';
import { image } from './stages/image.ts';
import { publishImage } from './stages/publish-image.ts';
import { publish } from './stages/publish.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export const repo = definePlugin({ name: 'repo', apiVersion: 1, options: pluginOptions, hostOptions: ['key', 'password'], hostEnv: [...hostVariables, signatureVariable], codes, stages: { create, publish, image, publishImage } });
