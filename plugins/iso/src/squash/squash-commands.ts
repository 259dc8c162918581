import { CosError } from '@cos/core';
import type { IsoCode } from '../codes.ts';
import type { ToolCall } from '../tool-call.ts';

export interface SquashRequest {
  /** The file to make. */
  readonly image: string;
  /** From `presetOptions` or `ownOptions`. */
  readonly options: readonly string[];
  /** Whether the caller is the superuser. */
  readonly isRoot: boolean;
}

/**
 * Squashes a tar from standard input, with the owners that stand in it. mksquashfs gives the root folder to whoever calls it, so an
 * unprivileged caller runs it in a user namespace in which they are root; the bytes are the same.
 */
export function squashCommand({ image, options, isRoot }: SquashRequest): ToolCall {
  const args = ['-', image, '-tar', ...options, '-root-mode', '0755', '-noappend', '-no-recovery', '-exit-on-error', '-no-progress', '-quiet'];
  return isRoot ? { tool: 'mksquashfs', args, env: {} } : { tool: 'unshare', args: ['--map-root-user', 'mksquashfs', ...args], env: {} };
}

/** Lists the root folder of an image, for {@link checkSquash}. */
export function listSquashCommand(image: string): ToolCall {
  return { tool: 'unsquashfs', args: ['-lln', '-max-depth', '0', image], env: {} };
}

/**
 * Checks that the root folder belongs to the superuser and can be entered, given what {@link listSquashCommand} printed.
 *
 * @throws CosError COS_ISO_SQUASH
 */
export function checkSquash(listing: string): void {
  const line = listing.split('\n').find((text) => text.endsWith(' squashfs-root')) ?? listing.trim();
  if (line.startsWith('drwxr-xr-x 0/0 ')) return;
  throw new CosError({
    code: 'COS_ISO_SQUASH' satisfies IsoCode,
    severity: 'error',
    message: `The root folder of the squashfs image has to be drwxr-xr-x 0/0, but it is ${JSON.stringify(line)}.`,
    hint: 'Another mksquashfs than 4.5 to 4.6 may treat the root folder otherwise: cos doctor shows the version that is used.',
  });
}
