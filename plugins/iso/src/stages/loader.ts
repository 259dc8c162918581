import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, noOptions } from '@cos/core';
import { cdBootImage, hybridBootImage, loaderCommand, loaderConfig } from '../medium/loader-commands.ts';
import { efiProgramName, hasBios } from '../medium/medium-files.ts';
import { defineStage } from '../options.ts';
import { runTool } from '../run-tool.ts';
import { grubMkimage } from '../tools.ts';

/** Reads nothing but the host's GRUB: the loaders are the same for every medium. */
export const loader = defineStage({
  description: 'make the boot loaders for BIOS and UEFI',
  version: 1,
  cache: 'content',
  platform: true,
  inputs: {},
  /** A folder with `bootx64.efi`, `eltorito.img` and `hybrid.img`; for arm64 with `bootaa64.efi` alone. */
  outputs: { loader: fileTree },
  options: noOptions,
  tools: [grubMkimage],
  async run({ platform, exec, emit, scratch, toolFile }) {
    const folder = join(scratch, 'loader');
    const config = join(scratch, 'loader.cfg');
    await mkdir(folder);
    await writeFile(config, loaderConfig());
    const efi = platform === 'linux/arm64' ? 'arm64-efi' : 'x86_64-efi';
    await runTool(exec, loaderCommand({ platform: efi, config, output: join(folder, efiProgramName(platform)) }));
    if (hasBios(platform)) {
      const core = join(scratch, 'core.img');
      await runTool(exec, loaderCommand({ platform: 'i386-pc', config, output: core }));
      await writeFile(join(folder, 'eltorito.img'), Buffer.concat([await readFile(await toolFile(cdBootImage)), await readFile(core)]));
      await copyFile(await toolFile(hybridBootImage), join(folder, 'hybrid.img'));
    }
    return { loader: await emit.loader(folder, {}) };
  },
});
