import { readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from '@cos/core';
import { describe, expect, test } from 'vitest';
import { renderBootMenu } from '../../src/medium/boot-menu.ts';
import { efiImageCommands } from '../../src/medium/efi-image.ts';
import { cdBootImage, hybridBootImage, loaderCommand, loaderConfig } from '../../src/medium/loader-commands.ts';
import { mediumFiles } from '../../src/medium/medium-files.ts';
import { xorrisoCommand } from '../../src/medium/xorriso-command.ts';
import { readOwnMenu } from '../../src/own-menu.ts';
import { liveRoot } from '../../src/squash/live-root.ts';
import { squashCommand } from '../../src/squash/squash-commands.ts';
import { presetOptions } from '../../src/squash/squash-options.ts';
import { archive, createFolder, epoch, runCall, tool } from '../rig.ts';

/** The steps of the stages on a tiny root filesystem, in a folder of their own, with files of today. */
async function assemble(label: string, platform: Platform = 'linux/amd64'): Promise<{ readonly iso: string; readonly efiImage: string }> {
  const folder = await createFolder();
  const at = (name: string): string => join(folder, name);
  await runCall(squashCommand({ image: at('squash'), options: presetOptions('fast', platform).args, isRoot: false }), liveRoot(archive('etc/os-release')(), { epoch, times: 'keep' }));
  await writeFile(at('kernel'), 'kernel');
  await writeFile(at('initrd'), 'initrd');
  await writeFile(at('marker'), '');
  await writeFile(at('loader.cfg'), loaderConfig());
  await writeFile(at('menu'), renderBootMenu({ title: 'Tiny', label, kernelArguments: [], timeout: 0, platform }, await readOwnMenu()));
  await runCall(loaderCommand({ platform: 'x86_64-efi', config: at('loader.cfg'), output: at('efi') }));
  await runCall(loaderCommand({ platform: 'i386-pc', config: at('loader.cfg'), output: at('core') }));
  await writeFile(at('bios'), Buffer.concat([await readFile(cdBootImage), await readFile(at('core'))]));
  const someTime = Math.random() * 1e9;
  for (const name of ['kernel', 'initrd', 'marker', 'menu', 'efi', 'bios']) await utimes(at(name), someTime, someTime);

  const programBytes = (await readFile(at('efi'))).length;
  for (const call of efiImageCommands({ image: at('efi.img'), program: at('efi'), programBytes, platform })) await runCall(call);
  const hasBios = platform === 'linux/amd64';
  const sources = { squashfs: at('squash'), kernel: at('kernel'), initrd: at('initrd'), menu: at('menu'), marker: at('marker'), efiProgram: at('efi') };
  const files = mediumFiles({ ...sources, biosImage: hasBios ? at('bios') : undefined }, platform);
  await runCall(xorrisoCommand({ iso: at('iso'), label, files, efiImage: at('efi.img'), hybridMbr: hasBios ? hybridBootImage : undefined, epoch }));
  return { iso: at('iso'), efiImage: at('efi.img') };
}

const report = async (iso: string, ...words: readonly string[]): Promise<string> => await runCall(tool('xorriso', '-no_rc', '-indev', iso, ...words));

describe('an ISO', () => {
  test('has entries for BIOS and UEFI, an EFI partition, and only files of the superuser', async () => {
    const { iso, efiImage } = await assemble('TINY');
    const elTorito = await report(iso, '-report_el_torito', 'plain');
    expect(elTorito).toMatch(/boot img :\s+1\s+BIOS\s+y\s+none/);
    expect(elTorito).toMatch(/boot img :\s+2\s+UEFI\s+y\s+none/);
    expect(elTorito).toMatch(/img opts :\s+1\s+boot-info-table grub2-boot-info/);
    const systemArea = await report(iso, '-report_system_area', 'plain');
    expect(systemArea).toContain('MBR grub2-mbr');
    expect(systemArea).toMatch(/MBR partition\s+:\s+2\s+0x00\s+0xef/);

    const listing = await report(iso, '-find', '/', '-exec', 'lsdl', '--');
    expect(listing.split('\n').filter((line) => line !== '' && !/^[d-]r[w-][x-]r-[x-]r-[x-] +\d+ 0 +0 .* Nov 14 {2}2023 /.test(line))).toEqual([]);
    expect([...listing.matchAll(/'(.*)'$/gm)].map(([, path = '']) => path).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      '/',
      '/EFI',
      '/EFI/BOOT',
      '/EFI/BOOT/bootx64.efi',
      '/boot',
      '/boot/grub2',
      '/boot/grub2/cos-live',
      '/boot/grub2/grub.cfg',
      '/boot/initrd',
      '/boot/kernel',
      '/boot/x86_64',
      '/boot/x86_64/loader',
      '/boot/x86_64/loader/eltorito.img',
      '/rootfs.squashfs',
    ]);

    expect(await runCall(tool('mdir', '-b', '-/', '-i', efiImage))).toBe('::/EFI/\n::/EFI/BOOT/\n::/EFI/BOOT/BOOTX64.EFI\n');
    await runCall(tool('fsck.fat', '-n', efiImage));
    const image = await readFile(iso);
    expect(image.includes(await readFile(efiImage))).toBe(true);
  });

  test.each(['TINY', 'a.label-of_thirty-two_characters'])('labelled %s is found by that label', async (label) => {
    const { iso } = await assemble(label);
    expect((await runCall(tool('blkid', '-p', '-O', '0', '-o', 'value', '-s', 'LABEL', iso))).trim()).toBe(label);
    expect((await readFile(iso)).includes(`root=live:CDLABEL=${label}`)).toBe(true);
  });

  test('has the same bytes twice, whatever the times of its files are', async () => {
    const [first, second] = [await assemble('TINY'), await assemble('TINY')];
    expect((await readFile(first.iso)).equals(await readFile(second.iso))).toBe(true);
  });

  test('for arm64 has a UEFI entry alone', async () => {
    const { iso, efiImage } = await assemble('TINY', 'linux/arm64');
    const elTorito = await report(iso, '-report_el_torito', 'plain');
    expect(elTorito).toMatch(/boot img :\s+1\s+UEFI/);
    expect(elTorito).not.toContain('BIOS');
    expect(await runCall(tool('mdir', '-b', '-/', '-i', efiImage))).toContain('BOOTAA64.EFI');
  });
});
