import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { one } from '@cos/core';
import { isoImage, textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { formatChecksums, nameFiles } from '../checksums.ts';
import { defineStage } from '../options.ts';

export const isoChecksum = defineStage({
  description: 'write the checksum of an ISO',
  version: 1,
  cache: 'content',
  inputs: { iso: one(isoImage) },
  outputs: { checksum: textFile },
  /** `file`: the name of the ISO where the checksum lies. */
  options: z.object({ file: z.string() }),
  async run({ inputs, options, emit, scratch }) {
    const path = join(scratch, 'iso.sha256');
    await writeFile(path, formatChecksums(nameFiles([inputs.iso], [options.file], 'ISO')));
    return { checksum: await emit.checksum(path, {}) };
  },
});
