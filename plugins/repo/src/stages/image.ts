import { mkdir } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { decompress, mergeArchives } from '@cos/archive';
import { CosError, fileTree, many } from '@cos/core';
import { packageArchive } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { encodeLayer } from '../image/encode-layer.ts';
import { imageOf } from '../image/object-image.ts';
import { writeLayout } from '../image/write-layout.ts';
import { defineStage } from '../options.ts';
import { platformOf } from '../platform-of.ts';
import { problem } from '../problem.ts';

const imageOptions = z.object({
  /** What it is: its tag in the layout, and its title. */
  tag: z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'expected a tag: letters, digits and . _ -')),
  labels: z._default(z.record(z.string(), z.string()), {}),
});

/** One package or several laid over each other, as an image of one layer FROM scratch. No engine is asked. */
export const image = defineStage({
  description: 'make an image FROM scratch of package archives',
  version: 1,
  cache: 'content',
  platform: true,
  inputs: {
    /** In the order of unpacking: a later archive's files replace those of earlier ones. */
    archives: many(packageArchive),
  },
  /** A folder in the layout of OCI with this one image. */
  outputs: { image: fileTree },
  options: imageOptions,
  async run({ inputs, options, platform, emit, scratch, signal, sourceDateEpoch }) {
    if (inputs.archives.length === 0) throw new CosError(problem('COS_REPO_NO_ARCHIVE', `The image ${options.tag} would be of no package.`, 'Name a package that has content.'));
    const paths = await Promise.all(inputs.archives.map(async (archive) => archive.path()));
    const archives = paths.map((path) => decompress(createReadStream(path)));
    const [first, ...others] = archives;
    // One archive is the layer that its package has in a repository of images, too.
    const content = others.length === 0 && first !== undefined ? first : mergeArchives(archives, { scratch, epoch: sourceDateEpoch, times: 'set', directoryOverSymlink: 'keep' });
    const made = imageOf(options.tag, options.tag, await encodeLayer(content, join(scratch, 'layer'), signal), platformOf(platform), options.labels);
    const layout = join(scratch, 'layout');
    await mkdir(layout);
    await writeLayout(layout, [made], platformOf(platform));
    return { image: await emit.image(layout, {}) };
  },
});
