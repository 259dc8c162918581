import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, noOptions, one } from '@cos/core';
import { textFile } from '@cos/core/artifacts';
import { sealEnvelope, statementType } from '@cos/trust';
import { defineStage } from '../options.ts';
import { openSigningKey } from '../signing-key.ts';

/** The public key is an input, because it stands for the private one in the fingerprint: another key signs anew, another password does not. */
export const signStatement = defineStage({
  description: 'put a statement into a signed envelope',
  version: 1,
  cache: 'content',
  inputs: { statement: one(textFile), publicKey: one(fileTree) },
  outputs: { envelope: textFile },
  options: noOptions,
  async run({ inputs, plugin, reveal, emit, scratch }) {
    const key = await openSigningKey({ plugin, reveal }, inputs.publicKey);
    const path = join(scratch, 'envelope');
    await writeFile(path, sealEnvelope(await readFile(await inputs.statement.path()), statementType, key));
    return { envelope: await emit.envelope(path, {}) };
  },
});
