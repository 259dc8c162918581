import type { ToolCall } from '../tool-call.ts';
import { biosImagePath, bootCatalogPath, type MediumFile } from './medium-files.ts';

export interface XorrisoRequest {
  /** The ISO to make; no file may be there. */
  readonly iso: string;
  /** From `checkLabel`. */
  readonly label: string;
  readonly files: readonly MediumFile[];
  /** The EFI system partition, appended behind the ISO's own content. */
  readonly efiImage: string;
  /** GRUB's first sector for disks, into which the place of the El Torito image is written; undefined where there is no BIOS. */
  readonly hybridMbr: string | undefined;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/**
 * Writes the ISO: El Torito entries for BIOS and UEFI, and an MBR with the EFI partition, so that the same file boots from optical media
 * and from a disk it is copied to. Every owner is 0, every file 0444, every folder 0755, every time the epoch.
 */
export function xorrisoCommand(request: XorrisoRequest): ToolCall {
  return {
    tool: 'xorriso',
    args: [
      // Without the start-up files of host and user. A warning is no failure: one comes for every label with small letters.
      ...words('-no_rc -abort_on SORRY -return_with SORRY 32'),
      '-outdev',
      request.iso,
      '-volid',
      request.label,
      ...words('-joliet on -padding 0'),
      '-volume_date',
      'uuid',
      volumeDate(request.epoch),
      ...request.files.flatMap(({ path, from }) => ['-map', from, path]),
      ...words('-chown_r 0 / -- -chgrp_r 0 / --'),
      ...words('-find / -type d -exec chmod 0755 -- -find / -type f -exec chmod 0444 --'),
      ...words(`-alter_date_r b =${String(request.epoch)} / --`),
      ...(request.hybridMbr === undefined ? [] : biosBoot(request.hybridMbr)),
      ...words('-append_partition 2 0xef'),
      request.efiImage,
      ...boot('any', 'efi_path=--interval:appended_partition_2:all::', 'platform_id=0xef', 'emul_type=no_emulation'),
    ],
    env: {},
  };
}

/** `grub2_boot_info` is easily forgotten: without it the ISO boots as a CD, and as a disk GRUB hangs after its first words. */
function biosBoot(mbr: string): readonly string[] {
  return [
    ...boot('grub', `bin_path=${biosImagePath}`, `grub2_mbr=${mbr}`, 'grub2_boot_info=on'),
    ...boot('any', 'partition_offset=16', `cat_path=${bootCatalogPath}`, 'cat_hidden=on', 'boot_info_table=on'),
    ...boot('any', 'platform_id=0x00', 'emul_type=no_emulation', 'load_size=2048', 'next'),
  ];
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

function boot(loader: string, ...settings: readonly string[]): readonly string[] {
  return settings.flatMap((setting) => ['-boot_image', loader, setting]);
}

/** The time of an ISO 9660 volume: YYYYMMDDhhmmss and hundredths of a second, UTC. It is also the volume's UUID. */
export function volumeDate(epoch: number): string {
  return `${new Date(epoch * 1000).toISOString().replaceAll(/[^0-9]/g, '').slice(0, 14)}00`;
}
