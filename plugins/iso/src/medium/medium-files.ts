import type { Platform } from '@cos/core';

/** Where things lie on the medium. The kernel line, the menu and the loaders name the same places. */
export const squashName = 'rootfs.squashfs';
export const kernelPath = '/boot/kernel';
export const initrdPath = '/boot/initrd';
export const menuPath = '/boot/grub2/grub.cfg';
/** An empty file by which the loaders recognise the medium: a disk of the host may well have a menu at the same path. */
export const markerPath = '/boot/grub2/cos-live';
export const biosImagePath = '/boot/x86_64/loader/eltorito.img';
export const bootCatalogPath = '/boot/x86_64/boot.catalog';

/** The name that UEFI firmware looks for on removable media (UEFI specification, 3.5.1.1). */
export function efiProgramName(platform: Platform): string {
  return platform === 'linux/arm64' ? 'bootaa64.efi' : 'bootx64.efi';
}

/** BIOS exists on amd64 only. */
export function hasBios(platform: Platform): boolean {
  return platform === 'linux/amd64';
}

/** One file of the medium. */
export interface MediumFile {
  /** Absolute path on the medium. */
  readonly path: string;
  /** Absolute path on the host. */
  readonly from: string;
}

export interface MediumSources {
  readonly squashfs: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly menu: string;
  readonly marker: string;
  readonly efiProgram: string;
  /** Undefined where there is no BIOS. */
  readonly biosImage: string | undefined;
}

/** Every file of the medium, sorted by path. */
export function mediumFiles(sources: MediumSources, platform: Platform): readonly MediumFile[] {
  const files: MediumFile[] = [
    { path: `/${squashName}`, from: sources.squashfs },
    { path: kernelPath, from: sources.kernel },
    { path: initrdPath, from: sources.initrd },
    { path: menuPath, from: sources.menu },
    { path: markerPath, from: sources.marker },
    { path: `/EFI/BOOT/${efiProgramName(platform)}`, from: sources.efiProgram },
    ...(sources.biosImage === undefined ? [] : [{ path: biosImagePath, from: sources.biosImage }]),
  ];
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}
