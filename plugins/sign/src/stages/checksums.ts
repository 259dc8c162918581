import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { many } from '@cos/core';
import { diskImage, isoImage, packageArchive, textFile } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { formatChecksums, nameFiles } from '../checksums.ts';
import { defineStage } from '../options.ts';

const names = z._default(z.array(z.string()), []);

/** The digest of an artifact that is one file is the SHA-256 of its bytes, so that nothing is read here. */
export const checksums = defineStage({
  description: 'list the checksums of files',
  version: 1,
  cache: 'content',
  inputs: { isos: many(isoImage), disks: many(diskImage), archives: many(packageArchive), texts: many(textFile) },
  outputs: { checksums: textFile },
  /** `names`: what the files are called where the list lies, in the order of the inputs. */
  options: z.object({ names: z.strictObject({ isos: names, disks: names, archives: names, texts: names }) }),
  async run({ inputs, options, emit, scratch }) {
    const path = join(scratch, 'SHA256SUMS');
    await writeFile(
      path,
      formatChecksums([
        ...nameFiles(inputs.isos, options.names.isos, 'isos'),
        ...nameFiles(inputs.disks, options.names.disks, 'disks'),
        ...nameFiles(inputs.archives, options.names.archives, 'archives'),
        ...nameFiles(inputs.texts, options.names.texts, 'texts'),
      ]),
    );
    return { checksums: await emit.checksums(path, {}) };
  },
});
