import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decompress } from '@cos/archive';
import { noOptions, optional } from '@cos/core';
import { containerImage, packageArchive, textFile } from '@cos/core/artifacts';
import { formatManifest, isIgnored, manifestOf, VARIABLE } from '@cos/trust';
import { defineStage } from '../options.ts';
import { problem } from '../problem.ts';

/** What files a root filesystem has, but for folders that change while a system runs: the text that `cos verify --files` compares with, once it is signed. */
export const fileManifest = defineStage({
  description: 'list the files of a system, as mtree',
  version: 1,
  cache: 'content',
  inputs: {
    /** The system as the archive of a package. Exactly one of the two is given. */
    archive: optional(packageArchive),
    image: optional(containerImage),
  },
  outputs: { manifest: textFile },
  options: noOptions,
  async run({ inputs: { archive, image }, emit, scratch, log }) {
    const [one, ...others] = [...(archive === undefined ? [] : [decompress(archive.read())]), ...(image === undefined ? [] : [image.read()])];
    if (one === undefined || others.length > 0) throw problem('COS_SIGN_REQUEST', `Expected one of the inputs "archive" and "image"; found ${one === undefined ? 'neither' : 'both'}.`, 'Give the archive of the package that is the system, or the image that is.');
    const manifest = new Map([...(await manifestOf(one))].filter(([path]) => !isIgnored(path, VARIABLE)));
    log.info(`paths: ${manifest.size}`);
    const path = join(scratch, 'manifest.mtree');
    await writeFile(path, formatManifest(manifest));
    return { manifest: await emit.manifest(path, {}) };
  },
});
