import { describe, expect, test } from 'vitest';
import { efiImageCommands, efiImageSize } from '../../src/medium/efi-image.ts';
import { loaderCommand, loaderModules } from '../../src/medium/loader-commands.ts';
import { mediumFiles } from '../../src/medium/medium-files.ts';
import { volumeDate, xorrisoCommand } from '../../src/medium/xorriso-command.ts';

const mib = 1024 * 1024;

describe('commands for the medium', () => {
  test.each([
    [0, 4],
    [4 * mib - 1, 4],
    [4 * mib, 8],
    [9 * mib, 12],
  ])('give %i bytes of EFI files a FAT image of %i MiB', (content, size) => {
    expect(efiImageSize(content)).toBe(size * mib);
  });

  test('fill the FAT image without mounting it', () => {
    const calls = efiImageCommands({ image: '/s/efi.img', program: '/l/bootx64.efi', programBytes: 200_000, platform: 'linux/amd64' });
    expect(calls.map(({ tool, args }) => [tool, ...args].join(' '))).toEqual([
      'mkfs.vfat --invariant -n COS_GRUB -C /s/efi.img 4096',
      'mmd -i /s/efi.img ::/EFI ::/EFI/BOOT',
      'mcopy -i /s/efi.img /l/bootx64.efi ::/EFI/BOOT/BOOTX64.EFI',
    ]);
  });

  test('put every module that the menu needs into the loader', () => {
    const { args } = loaderCommand({ platform: 'i386-pc', config: '/s/c', output: '/s/o' });
    expect(args.join(' ')).toMatch(/^--directory \/usr\/lib\/grub\/i386-pc --format i386-pc --prefix \/boot\/grub2 --config \/s\/c --output \/s\/o biosdisk configfile /);
    expect(loaderModules('arm64-efi')).not.toContain('biosdisk');
  });

  test('map the files of the medium in order', () => {
    const sources = { squashfs: '/s', kernel: '/k', initrd: '/i', menu: '/m', marker: '/c', efiProgram: '/e' };
    expect(mediumFiles({ ...sources, biosImage: '/b' }, 'linux/amd64').map(({ path, from }) => `${path} ${from}`)).toEqual([
      '/EFI/BOOT/bootx64.efi /e',
      '/boot/grub2/cos-live /c',
      '/boot/grub2/grub.cfg /m',
      '/boot/initrd /i',
      '/boot/kernel /k',
      '/boot/x86_64/loader/eltorito.img /b',
      '/rootfs.squashfs /s',
    ]);
    expect(mediumFiles({ ...sources, biosImage: undefined }, 'linux/arm64').map(({ path }) => path)).toContain('/EFI/BOOT/bootaa64.efi');
  });

  test('write no BIOS entry where there is none', () => {
    const request = { iso: '/o', label: 'X', files: [], efiImage: '/e', epoch: 0 };
    expect(xorrisoCommand({ ...request, hybridMbr: undefined }).args.join(' ')).not.toMatch(/grub/);
    expect(xorrisoCommand({ ...request, hybridMbr: '/h' }).args.join(' ')).toContain('grub2_mbr=/h -boot_image grub grub2_boot_info=on');
  });

  test('date the volume in hundredths of a second of UTC', () => {
    expect(volumeDate(1_700_000_000)).toBe('2023111422132000');
  });
});
