import { definePlugin, noOptions } from '@cos/core';
import * as z from 'zod/mini';
import { codes } from './codes.ts';
import { declared } from './stages/declared.ts';
import { declaredFolder } from './stages/declared-folder.ts';
import { declaredTree } from './stages/declared-tree.ts';
import { files } from './stages/files.ts';
import { hash } from './stages/hash.ts';
import { render } from './stages/render.ts';

// The small build of zod has no texts of its own: without this every problem is "Invalid input".
z.config(z.locales.en());

/** Renders package recipes (Go templates, as luet reads them) and the files that packages mark as templates (Handlebars), writes what the config declares, and hashes packages as luet does. */
export const template = definePlugin({ name: 'template', apiVersion: 1, options: noOptions, stages: { render, hash, files, declared, declaredFolder, declaredTree }, codes });
