import { defineTool } from '@cos/core';
import { cdBootImage, hybridBootImage } from './medium/loader-commands.ts';

// The programs that this plugin starts.

export const mksquashfs = defineTool({
  name: 'mksquashfs',
  versionArgs: ['-version'],
  versionPattern: /version (\S+)/,
  packages: { debian: 'squashfs-tools', fedora: 'squashfs-tools', opensuse: 'squashfs' },
});

export const unsquashfs = defineTool({
  name: 'unsquashfs',
  versionArgs: ['-version'],
  versionPattern: /version (\S+)/,
  // 4.5 prints its version and ends with 1.
  versionExits: [0, 1],
  packages: { debian: 'squashfs-tools', fedora: 'squashfs-tools', opensuse: 'squashfs' },
});

/** Gives an unprivileged user a namespace to squash in; the superuser does without. */
export const unshare = defineTool({ name: 'unshare', packages: { debian: 'util-linux', fedora: 'util-linux', opensuse: 'util-linux' } });

export const grubMkimage = defineTool({
  name: 'grub-mkimage',
  versionPattern: /(\d+\.\d+\S*)/,
  packages: { debian: 'grub-common grub-pc-bin grub-efi-amd64-bin' },
  files: [cdBootImage, hybridBootImage, '/usr/lib/grub/i386-pc/moddep.lst', '/usr/lib/grub/x86_64-efi/moddep.lst'],
});

/** It tells its version nowhere, so that its digest stands for it. */
export const mkfsVfat = defineTool({
  name: 'mkfs.vfat',
  versionArgs: ['--help'],
  versionPattern: /mkfs\.fat (\d\S*)/,
  versionExits: [0, 1],
  packages: { debian: 'dosfstools', fedora: 'dosfstools', opensuse: 'dosfstools' },
});

const mtools = { versionPattern: /mtools\) (\S+)/, packages: { debian: 'mtools', fedora: 'mtools', opensuse: 'mtools' } } as const;
export const mmd = defineTool({ name: 'mmd', ...mtools });
export const mcopy = defineTool({ name: 'mcopy', ...mtools });

export const xorriso = defineTool({
  name: 'xorriso',
  versionArgs: ['-version'],
  versionPattern: /xorriso (\d\S*)/,
  packages: { debian: 'xorriso', fedora: 'xorriso', opensuse: 'xorriso' },
});
