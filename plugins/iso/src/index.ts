import { definePlugin } from '@cos/core';
import { pluginOptions } from './options.ts';
import { boot } from './stages/boot.ts';
import { loader } from './stages/loader.ts';
import { medium } from './stages/medium.ts';
import { squashfs } from './stages/squashfs.ts';

export const iso = definePlugin({ name: 'iso', apiVersion: 1, options: pluginOptions, stages: { boot, loader, medium, squashfs } });
