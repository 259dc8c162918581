import { CosError } from '@cos/core';
import type { IsoCode } from '../codes.ts';
import type { FoundFile, RootPaths } from './root-paths.ts';

export interface BootFiles {
  readonly kernel: FoundFile;
  readonly initrd: FoundFile;
}

/** First come first served: all names with the first prefix in code-unit order, then those with the second. */
const kernelPrefixes = ['uImage', 'Image', 'zImage', 'vmlinuz', 'image'] as const;
const initrdPrefixes = ['initrd', 'initramfs'] as const;

/**
 * Finds the kernel and the initrd in `/boot`, through links inside of the root. Names that lead nowhere, or to no regular file, are
 * passed over.
 *
 * @throws CosError COS_ISO_BOOT_FILES, which lists what was found
 */
export function findBootFiles(paths: RootPaths): BootFiles {
  const kernel = findFirst(paths, kernelPrefixes);
  const initrd = findFirst(paths, initrdPrefixes);
  if (kernel !== undefined && initrd !== undefined) return { kernel, initrd };
  const missing = kernel === undefined ? (initrd === undefined ? 'neither a kernel nor an initrd' : 'no kernel') : 'no initrd';
  throw new CosError({
    code: 'COS_ISO_BOOT_FILES' satisfies IsoCode,
    severity: 'error',
    message: `The root filesystem has ${missing} in /boot.`,
    notes: [
      { message: `a kernel is a file whose name starts with ${kernelPrefixes.join(', ')}; an initrd with ${initrdPrefixes.join(', ')}` },
      { message: `found in /boot: ${describe(paths)}` },
    ],
    hint: 'Let the system require a package that brings the kernel, and one that makes the initrd (dracut in a build step).',
  });
}

function findFirst(paths: RootPaths, prefixes: readonly string[]): FoundFile | undefined {
  const names = paths.list('boot');
  for (const prefix of prefixes) {
    for (const name of names) {
      const file = name.startsWith(prefix) ? paths.findFile(`boot/${name}`) : undefined;
      if (file !== undefined) return file;
    }
  }
  return undefined;
}

const mostShown = 20;

function describe(paths: RootPaths): string {
  const names = paths.list('boot');
  if (names.length === 0) return 'nothing';
  const shown = names.slice(0, mostShown).map((name) => {
    const isBoot = [...kernelPrefixes, ...initrdPrefixes].some((prefix) => name.startsWith(prefix));
    return `${JSON.stringify(name)}${isBoot && paths.findFile(`boot/${name}`) === undefined ? ' (leads to no file)' : ''}`;
  });
  return `${shown.join(', ')}${names.length > mostShown ? ` and ${names.length - mostShown} more` : ''}`;
}
