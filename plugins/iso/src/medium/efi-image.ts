import type { Platform } from '@cos/core';
import type { ToolCall } from '../tool-call.ts';
import { efiProgramName } from './medium-files.ts';

const step = 4 * 1024 * 1024;

/** Bytes of the FAT image: the content rounded down to 4 MiB, and 4 MiB more for the file system itself. */
export function efiImageSize(contentBytes: number): number {
  return Math.floor(contentBytes / step) * step + step;
}

export interface EfiImageRequest {
  /** The FAT image to make; no file may be there. */
  readonly image: string;
  /** The EFI program. */
  readonly program: string;
  readonly programBytes: number;
  readonly platform: Platform;
}

/** Makes the EFI system partition, without mounting anything. mtools take the time of what they write from SOURCE_DATE_EPOCH. */
export function efiImageCommands({ image, program, programBytes, platform }: EfiImageRequest): readonly ToolCall[] {
  const blocks = efiImageSize(programBytes) / 1024;
  // Without this mtools would read settings of the host.
  const env = { MTOOLSRC: '/dev/null' };
  return [
    { tool: 'mkfs.vfat', args: ['--invariant', '-n', 'COS_GRUB', '-C', image, String(blocks)], env: {} },
    { tool: 'mmd', args: ['-i', image, '::/EFI', '::/EFI/BOOT'], env },
    { tool: 'mcopy', args: ['-i', image, program, `::/EFI/BOOT/${efiProgramName(platform).toUpperCase()}`], env },
  ];
}
