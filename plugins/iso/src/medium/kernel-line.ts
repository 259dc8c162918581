import { CosError, type Platform } from '@cos/core';
import type { IsoCode } from '../codes.ts';
import { squashName } from './medium-files.ts';

export interface KernelLineRequest {
  /** The label under which the medium is written: the live system finds its root by it. */
  readonly label: string;
  readonly platform: Platform;
  /** Added at the end, where they win over the same arguments before. */
  readonly added: readonly string[];
}

/**
 * The kernel's arguments on the live medium, for dracut's live module (dracut.cmdline(7)). dracut 059 needs to be told of overlayfs, others do not
 * mind; the last console is the one that services write to.
 *
 * @throws CosError COS_ISO_KERNEL_ARGUMENT
 */
export function kernelArguments({ label, platform, added }: KernelLineRequest): readonly string[] {
  return [
    'cdroot',
    `root=live:CDLABEL=${label}`,
    'rd.live.dir=/',
    `rd.live.squashimg=${squashName}`,
    'rd.live.overlay.overlayfs=1',
    'console=tty1',
    platform === 'linux/arm64' ? 'console=ttyAMA0' : 'console=ttyS0',
    'rd.cos.disable',
    ...added.map(checkArgument),
  ];
}

/** GRUB puts double quotes around what holds a space, and escapes those inside in a way that the kernel does not know. */
export function isKernelArgument(argument: string): boolean {
  return /^[!-~][ -~]*$/.test(argument) && !/["\\]/.test(argument);
}

export const argumentWords = 'expected printable ASCII without double quotes and backslashes';

function checkArgument(argument: string): string {
  if (isKernelArgument(argument)) return argument;
  throw new CosError({
    code: 'COS_ISO_KERNEL_ARGUMENT' satisfies IsoCode,
    severity: 'error',
    message: `The kernel argument ${JSON.stringify(argument)} cannot stand in a boot menu: ${argumentWords}.`,
    hint: `Give one argument an item, without quotes of its own: ['quiet', 'panic=5', 'dyndbg=file ec.c +p'].`,
  });
}
