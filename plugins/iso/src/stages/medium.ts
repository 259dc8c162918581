import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileTree, one, optional } from '@cos/core';
import { isoImage, squashfsImage } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import type { MenuTemplate } from '../medium/boot-menu.ts';
import { efiImageCommands } from '../medium/efi-image.ts';
import { argumentWords, isKernelArgument } from '../medium/kernel-line.ts';
import { defaultLabel, labelForm, labelWords } from '../medium/label.ts';
import { efiProgramName, hasBios, mediumFiles } from '../medium/medium-files.ts';
import { xorrisoCommand } from '../medium/xorriso-command.ts';
import { defineStage } from '../options.ts';
import { readOwnMenu } from '../own-menu.ts';
import { runTool } from '../run-tool.ts';
import { mcopy, mkfsVfat, mmd, xorriso } from '../tools.ts';

/** `menu`: a Handlebars file of the workspace instead of the boot menu's template of this plugin. */
export const medium = defineStage({
  description: 'write a bootable ISO',
  version: 1,
  cache: 'content',
  platform: true,
  inputs: { squashfs: one(squashfsImage), boot: one(fileTree), loader: one(fileTree), menu: optional(fileTree) },
  outputs: { iso: isoImage },
  options: z.strictObject({
    /** The menu's entry. */
    title: z.string().check(z.minLength(1), z.regex(/^[^\p{Cc}]*$/u, 'expected text without control characters')),
    /** Volume label; the kernel line is derived from it. */
    label: z._default(z.string().check(z.regex(labelForm, labelWords)), defaultLabel),
    /** Added to the kernel line, one argument an item. */
    kernelArguments: z._default(z.array(z.string().check(z.refine(isKernelArgument, argumentWords))), []),
    /** Seconds until the menu starts its first entry. */
    timeout: z._default(z.int().check(z.minimum(0), z.maximum(3600)), 3),
  }),
  tools: [mkfsVfat, mmd, mcopy, xorriso],
  async run({ inputs, options, platform, exec, emit, scratch, sourceDateEpoch }) {
    const template = inputs.menu === undefined ? await readOwnMenu() : await readMenu(await inputs.menu.path());
    const menu = join(scratch, 'grub.cfg');
    const marker = join(scratch, 'marker');
    // Loaded when it is needed: every command would wait for the template language.
    const { renderBootMenu } = await import('../medium/boot-menu.ts');
    await writeFile(menu, renderBootMenu({ ...options, platform }, template));
    await writeFile(marker, '');

    const loader = await inputs.loader.path();
    const efiProgram = join(loader, efiProgramName(platform));
    const efiImage = join(scratch, 'efi.img');
    const programBytes = (await stat(efiProgram)).size;
    for (const call of efiImageCommands({ image: efiImage, program: efiProgram, programBytes, platform })) await runTool(exec, call);

    const boot = await inputs.boot.path();
    const bios = hasBios(platform) ? { image: join(loader, 'eltorito.img'), mbr: join(loader, 'hybrid.img') } : undefined;
    const sources = { squashfs: await inputs.squashfs.path(), kernel: join(boot, 'kernel'), initrd: join(boot, 'initrd'), menu, marker, efiProgram };
    const files = mediumFiles({ ...sources, biosImage: bios?.image }, platform);
    const iso = join(scratch, 'medium.iso');
    await runTool(exec, xorrisoCommand({ iso, label: options.label, files, efiImage, hybridMbr: bios?.mbr, epoch: sourceDateEpoch }));
    return { iso: await emit.iso(iso, { label: options.label }) };
  },
});

/** A template is a file, or a folder with one file. */
async function readMenu(path: string): Promise<MenuTemplate> {
  const isFolder = (await stat(path)).isDirectory();
  const file = isFolder ? join(path, (await readdir(path)).sort()[0] ?? '') : path;
  return { name: basename(file), text: await readFile(file, 'utf8') };
}
