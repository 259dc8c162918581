import { definePlugin } from '@cos/core';
import { codes } from './codes.ts';
import { pluginOptions } from './options.ts';
import { template } from './stages/template.ts';
import { validate } from './stages/validate.ts';

export const packer = definePlugin({ name: 'packer', apiVersion: 1, options: pluginOptions, codes, stages: { template, validate } });
