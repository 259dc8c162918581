import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, noOptions, one } from '@cos/core';
import { signature, textFile } from '@cos/core/artifacts';
import { algorithm, createSignature } from '@cos/trust';
import { defineStage } from '../options.ts';
import { openSigningKey } from '../signing-key.ts';

/** The public key is an input, because it stands for the private one in the fingerprint: another key signs anew, another password does not. */
export const signText = defineStage({
  description: 'sign a text file, for example checksums',
  version: 1,
  cache: 'content',
  inputs: { text: one(textFile), publicKey: one(fileTree) },
  outputs: { signature },
  options: noOptions,
  async run({ inputs, plugin, reveal, emit, scratch }) {
    const key = await openSigningKey({ plugin, reveal }, inputs.publicKey);
    const path = join(scratch, 'signature');
    await writeFile(path, await createSignature(inputs.text.read(), key));
    return { signature: await emit.signature(path, { algorithm }) };
  },
});
