import type { ToolCall } from '../tool-call.ts';
import { markerPath, menuPath } from './medium-files.ts';

/** Where the distributions keep GRUB's modules, in a folder for each kind of machine. */
export const grubFolder = '/usr/lib/grub';

export type GrubPlatform = 'i386-pc' | 'x86_64-efi' | 'arm64-efi';

const modules = [
  'configfile',
  'echo',
  'halt',
  'iso9660',
  'linux',
  'ls',
  'normal',
  'part_gpt',
  'part_msdos',
  'reboot',
  'regexp',
  'search',
  'search_fs_file',
  'terminal',
  'test',
  'true',
] as const;

const platformModules: Readonly<Record<GrubPlatform, readonly string[]>> = {
  'i386-pc': ['biosdisk', 'serial'],
  'x86_64-efi': ['all_video', 'fat', 'serial'],
  'arm64-efi': ['all_video', 'fat'],
};

/** The modules that go into the loader, sorted: nothing is loaded from the medium afterwards. */
export function loaderModules(platform: GrubPlatform): readonly string[] {
  return [...modules, ...platformModules[platform]].sort();
}

/**
 * The configuration inside of the loader: find the medium by its marker, first on the disk that was booted, and show its menu. It does
 * not depend on the label, so that the loader stays the same whatever the medium is called.
 */
export function loaderConfig(): string {
  const folder = menuPath.slice(0, menuPath.lastIndexOf('/'));
  return [
    // (hd0,msdos2)/EFI/BOOT or (cd0)/boot: the disk is what stands before the comma. Without a match the search just asks all disks.
    `regexp --set=1:booted '^\\(([^,)]+)' "$cmdpath"`,
    `search --no-floppy --set=root --file ${markerPath} --hint "$booted"`,
    `set prefix=($root)${folder}`,
    `configfile ($root)${menuPath}`,
    '',
  ].join('\n');
}

export interface LoaderRequest {
  readonly platform: GrubPlatform;
  /** File that holds {@link loaderConfig}. */
  readonly config: string;
  /** File to make. */
  readonly output: string;
}

/** Makes GRUB's core image (i386-pc) or EFI program. */
export function loaderCommand({ platform, config, output }: LoaderRequest): ToolCall {
  const folder = menuPath.slice(0, menuPath.lastIndexOf('/'));
  const head = ['--directory', `${grubFolder}/${platform}`, '--format', platform, '--prefix', folder, '--config', config, '--output', output];
  return { tool: 'grub-mkimage', args: [...head, ...loaderModules(platform)], env: {} };
}

/** The El Torito image for BIOS is GRUB's reader for CDs followed by the core image, byte for byte. */
export const cdBootImage = `${grubFolder}/i386-pc/cdboot.img`;

/** The first sector for an ISO that is written to a disk; xorriso puts the place of the El Torito image into it. */
export const hybridBootImage = `${grubFolder}/i386-pc/boot_hybrid.img`;
