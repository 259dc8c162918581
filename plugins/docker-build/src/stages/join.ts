import { many, noOptions } from '@cos/core';
import { containerImage, packageArchive } from '@cos/core/artifacts';
import { decompress, mergeArchives } from '@cos/archive';
import { importRootfs } from '../import-rootfs.ts';
import { defineStage } from '../options.ts';

/** An image of one layer put together from package archives: the base of a package that requires final images. */
export const join = defineStage({
  description: 'put package archives together as one container image',
  version: 2,
  cache: 'content',
  platform: true,
  inputs: {
    /** In the order of unpacking: a later archive's files replace those of earlier ones. */
    archives: many(packageArchive),
  },
  outputs: { image: containerImage },
  options: noOptions,
  resource: { class: 'container-build' },
  async run({ inputs, plugin, emit, env, platform, scratch, signal, runId, sourceDateEpoch }) {
    const rootfs = mergeArchives(inputs.archives.map((archive) => decompress(archive.read())), { scratch, epoch: sourceDateEpoch, times: 'set', directoryOverSymlink: 'keep' });
    const imported = await importRootfs({ rootfs, plugin, env, platform, signal, runId, sourceDateEpoch });
    return { image: await imported.use(async (id, reference) => emit.image(id, { reference })) };
  },
});
