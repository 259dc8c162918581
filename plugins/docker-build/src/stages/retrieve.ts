import { constants } from 'node:fs';
import { copyFile, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, many, noOptions, one } from '@cos/core';
import { packageArchive } from '@cos/core/artifacts';
import { archiveFileName, type CompressionType } from '@cos/luet';
import { fail } from '../errors.ts';
import { defineStage } from '../options.ts';

/** The build context of a package that retrieves archives of others: its folder with the archives at the top, in place of what it has under their names. */
export const retrieve = defineStage({
  description: 'lay archives into the build context of a package',
  version: 1,
  cache: 'content',
  inputs: {
    context: one(fileTree),
    /** Those that the planner `retrievedArchives` names. */
    archives: many(packageArchive),
  },
  outputs: { context: fileTree },
  options: noOptions,
  async run({ inputs, emit, scratch }) {
    const context = join(scratch, 'context');
    await cp(await inputs.context.path(), context, { recursive: true, verbatimSymlinks: true });
    for (const archive of inputs.archives) {
      const path = join(context, archiveFileName(archive.meta, compressionOf(archive.meta.compression)));
      await rm(path, { recursive: true, force: true });
      await copyFile(await archive.path(), path, constants.COPYFILE_FICLONE);
    }
    return { context: await emit.context(context, {}) };
  },
});

function compressionOf(text: string): CompressionType {
  if (text === 'none' || text === 'gzip' || text === 'zstd') return text;
  return fail('COS_DOCKER_RECIPE_FORM', `An archive is compressed as ${JSON.stringify(text)}, which is none of none, gzip and zstd.`);
}
