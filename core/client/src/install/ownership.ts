import type { TarHeader } from '@cos/archive';

/**
 * Whom the files of a root belong to on disk.
 *
 * - `archive`: to whom the packages say, with all permission bits; needs root.
 * - `current`: to whoever runs this, without setuid; what this user cannot make is refused.
 * - `recorded`: to whoever runs this, who can read and write all of it; what packages say of each path is told instead (`committed`). Devices are empty
 *   files, capabilities are left out. For roots from which something else is made.
 */
export type Ownership = 'archive' | 'current' | 'recorded';

export function usualOwnership(): Ownership {
  return process.getuid?.() === 0 ? 'archive' : 'current';
}

/** The permission bits that an entry gets on disk. */
export function modeOnDisk({ type, mode }: Pick<TarHeader, 'type' | 'mode'>, ownership: Ownership): number {
  if (ownership === 'archive') return mode;
  const plain = mode & 0o1777;
  return ownership === 'current' ? plain : plain | (type === 'directory' ? 0o700 : 0o600);
}
