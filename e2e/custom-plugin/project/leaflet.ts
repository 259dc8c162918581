import { writeFile } from 'node:fs/promises';
import { createDefineStage, defineCommand, definePlugin, one } from '@cos/core';
import { isoImage, textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';

const options = z.object({ greeting: z._default(z.enum(['Hello', 'Hallo']), 'Hello') });

const page = createDefineStage(options)({
  description: 'write a leaflet for an ISO',
  version: 1,
  cache: 'content',
  inputs: { iso: one(isoImage) },
  outputs: { page: textFile },
  options: z.object({ reader: z.string() }),
  async run({ inputs, options, plugin, emit, scratch }) {
    await writeFile(`${scratch}/page`, `${plugin.greeting} ${options.reader}, boot ${inputs.iso.meta.label} ${inputs.iso.digest}\n`);
    return { page: await emit.page(`${scratch}/page`, {}) };
  },
});

const print = defineCommand({
  description: 'print the leaflet, building what it needs',
  parameters: { reader: { type: 'text', description: 'who reads it', default: 'you' } },
  async handle({ args, run, print }) {
    const outputs = await run('leaflet', { reader: args.reader });
    for (const [name, path] of Object.entries(outputs)) print(`${name} ${path}`);
  },
});

export const leaflet = definePlugin({ name: 'leaflet', apiVersion: 1, options, stages: { page }, commands: { leaflet: print } });
