import { one } from '@cos/core';
import { containerImage, rootfsArchive } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { importRootfs } from '../import-rootfs.ts';
import { defineStage } from '../options.ts';

const line = z.string().check(z.refine((text) => !/[\r\n]/.test(text), 'expected one line'));

/** A container image of one layer from the archive of a root filesystem: what packages start from. */
export const base = defineStage({
  description: 'make a container image of a root filesystem',
  version: 2,
  cache: 'content',
  platform: true,
  inputs: { rootfs: one(rootfsArchive) },
  outputs: { image: containerImage },
  options: z.object({
    /** The variable PATH of commands; default: the usual six folders. */
    path: z.optional(line),
    /** Labels of the image; default none. They do not count as content. */
    labels: z._default(z.record(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9_./-]*$/)), line), {}),
  }),
  resource: { class: 'container-build' },
  async run({ inputs, options, plugin, emit, env, platform, signal, runId, sourceDateEpoch }) {
    const imported = await importRootfs({ rootfs: inputs.rootfs.read(), plugin, env, platform, signal, runId, sourceDateEpoch, ...options });
    return { image: await imported.use(async (id, reference) => emit.image(id, { reference })) };
  },
});
