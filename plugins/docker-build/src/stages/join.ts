import { writeFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import { many, noOptions } from '@cos/core';
import { containerImage, packageArchive } from '@cos/core/artifacts';
import { decompress, mergeArchives } from '@cos/archive';
import { JOIN_VERSION, joinKey } from '../cache/image-key.ts';
import { writeOrigin } from '../cache/image-origin.ts';
import { importRootfs } from '../import-rootfs.ts';
import { imageOrigin } from '../kinds.ts';
import { defineStage } from '../options.ts';

/** An image of one layer put together from package archives: the base of a package that requires final images. */
export const join = defineStage({
  description: 'put package archives together as one container image',
  version: JOIN_VERSION,
  cache: 'content',
  platform: true,
  inputs: {
    /** In the order of unpacking: a later archive's files replace those of earlier ones. */
    archives: many(packageArchive),
  },
  outputs: { image: containerImage, origin: imageOrigin },
  options: noOptions,
  resource: { class: 'container-build' },
  async run({ inputs, plugin, emit, env, platform, scratch, signal, runId, sourceDateEpoch }) {
    const rootfs = mergeArchives(inputs.archives.map((archive) => decompress(archive.read())), { scratch, epoch: sourceDateEpoch, times: 'set', directoryOverSymlink: 'keep' });
    const imported = await importRootfs({ rootfs, plugin, env, platform, signal, runId, sourceDateEpoch });
    const image = await imported.use(async (id, reference) => emit.image(id, { reference }));
    const key = joinKey({ platform, sourceDateEpoch, archives: inputs.archives.map(({ digest }) => digest) });
    const origin = joinPath(scratch, 'origin.json');
    await writeFile(origin, writeOrigin({ key, made: 'built', image: image.digest, builder: undefined }));
    return { image, origin: await emit.origin(origin, {}) };
  },
});
