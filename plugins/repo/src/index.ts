import { definePlugin } from '@cos/core';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { create } from './stages/create.ts';

export const repo = definePlugin({ name: 'repo', apiVersion: 1, options: pluginOptions, codes, stages: { create } });
