import { join } from 'node:path';
import { squashfsImage } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { defineStage } from '../options.ts';
import { runTool } from '../run-tool.ts';
import { liveRoot } from '../squash/live-root.ts';
import { checkSquash, listSquashCommand, squashCommand } from '../squash/squash-commands.ts';
import { ownOptions, presetOptions, squashPresets } from '../squash/squash-options.ts';
import { systemInput, systemPorts } from '../system-input.ts';
import { mksquashfs, unshare, unsquashfs } from '../tools.ts';

/** Straight from the stream of the archive or image: nothing is unpacked, and no privilege is needed. */
export const squashfs = defineStage({
  description: 'squash a root filesystem',
  version: 1,
  cache: 'content',
  platform: true,
  inputs: systemPorts,
  outputs: { squashfs: squashfsImage },
  options: z.strictObject({
    preset: z._default(z.enum(squashPresets), 'fast'),
    /** Options for mksquashfs about compression, in place of the preset. */
    own: z.optional(z.array(z.string())),
  }),
  tools: [mksquashfs, unsquashfs, unshare],
  async run({ inputs, options, platform, exec, emit, scratch, sourceDateEpoch }) {
    const { args, compression } = options.own === undefined ? presetOptions(options.preset, platform) : ownOptions(options.own);
    const image = join(scratch, 'rootfs.squashfs');
    const { open, times } = systemInput(inputs);
    const stdin = liveRoot(open(), { epoch: sourceDateEpoch, times });
    await runTool(exec, squashCommand({ image, options: args, isRoot: process.getuid?.() === 0 }), { stdin });
    checkSquash((await runTool(exec, listSquashCommand(image))).stdout);
    return { squashfs: await emit.squashfs(image, { compression }) };
  },
});
