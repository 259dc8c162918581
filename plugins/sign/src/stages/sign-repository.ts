import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, noOptions, one } from '@cos/core';
import { repository, signature } from '@cos/core/artifacts';
import { algorithm, createSignature } from '@cos/trust';
import { findIndex } from '../find-index.ts';
import { defineStage } from '../options.ts';
import { openSigningKey } from '../signing-key.ts';

/** Signs repository.yaml: the digests in it cover the index, whose digests cover the packages. */
export const signRepository = defineStage({
  description: 'sign the index of a repository',
  version: 1,
  cache: 'content',
  inputs: { repository: one(repository), publicKey: one(fileTree) },
  outputs: { signature },
  options: noOptions,
  async run({ inputs, plugin, reveal, emit, scratch }) {
    const index = await findIndex(await inputs.repository.path(), `The repository ${JSON.stringify(inputs.repository.meta.name)}`);
    const key = await openSigningKey({ plugin, reveal }, inputs.publicKey);
    const path = join(scratch, 'signature');
    await writeFile(path, await createSignature(createReadStream(index), key));
    return { signature: await emit.signature(path, { algorithm }) };
  },
});
