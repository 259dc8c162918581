import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, one, optional } from '@cos/core';
import { isoImage, textFile } from '@cos/core/artifacts';
import { defineStage } from '../options.ts';
import { renderTemplate, type TemplateSource } from '../render-template.ts';
import { templateData } from '../template-data.ts';
import { templateOptions } from '../template-options.ts';

/** Reads of the ISO its digest only. `source`: a Handlebars file of the workspace instead of the template of this plugin. */
export const template = defineStage({
  description: 'render a Packer template that installs from an ISO in QEMU',
  version: 1,
  cache: 'content',
  platform: true,
  inputs: { iso: one(isoImage), source: optional(fileTree) },
  outputs: { template: textFile },
  options: templateOptions,
  async run({ inputs, options, platform, emit, scratch }) {
    const source = inputs.source === undefined ? undefined : await readSource(await inputs.source.path());
    const path = join(scratch, 'template.pkr.json');
    await writeFile(path, await renderTemplate(source, templateData(options, inputs.iso, platform)));
    return { template: await emit.template(path, {}) };
  },
});

/** A source is a file, or a folder with one file. */
async function readSource(path: string): Promise<TemplateSource> {
  const isFolder = (await stat(path)).isDirectory();
  const file = isFolder ? join(path, (await readdir(path)).sort()[0] ?? '') : path;
  return { name: file, text: await readFile(file, 'utf8') };
}
