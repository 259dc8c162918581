import { definePlugin, noOptions } from '@cos/core';
import { codes } from './codes.ts';
import { files } from './stages/files.ts';
import { render } from './stages/render.ts';

/** Renders package recipes (Go templates, as luet reads them) and the files that packages mark as templates (Handlebars). */
export const template = definePlugin({ name: 'template', apiVersion: 1, options: noOptions, stages: { render, files }, codes });
