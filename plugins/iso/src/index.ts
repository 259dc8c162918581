import { definePlugin } from '@cos/core';
import * as z from 'zod/mini';
import { pluginOptions } from './options.ts';
import { boot } from './stages/boot.ts';
import { loader } from './stages/loader.ts';
import { medium } from './stages/medium.ts';
import { squashfs } from './stages/squashfs.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

export const iso = definePlugin({ name: 'iso', apiVersion: 1, options: pluginOptions, stages: { boot, loader, medium, squashfs } });
