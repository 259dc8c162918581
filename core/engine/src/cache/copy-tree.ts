import { chmodSync, constants, copyFileSync, fsyncSync, closeSync, lchownSync, lstatSync, mkdirSync, openSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import type { HashProfile } from '../model/artifact.ts';

// Copies bytes between the workspace, scratch and the cache: sharing blocks where the file system can, never through links, in the modes that the
// profile counts.

/** Copies one file and waits until it is on the disk. */
export async function copyFileDurably(from: string, to: string, mode: number): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  chmodSync(to, mode);
  syncPath(to);
}

/**
 * Copies a file or folder. With profile `source` files become 0644 or 0755 and folders 0755, whatever they were; with `rootfs` owner and mode stay.
 * Special files are refused.
 */
export function copyTree(from: string, to: string, profile: HashProfile): void {
  const stat = lstatSync(from);
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (stat.isDirectory()) {
    mkdirSync(to);
    for (const name of readdirSync(from)) copyTree(join(from, name), join(to, name), profile);
  } else if (!stat.isFile()) {
    throw new CosError({ code: 'COS_TASK_SPECIAL_FILE', severity: 'error', message: `${from} is neither a file nor a folder nor a link, and cannot be copied.` });
  } else copyFileSync(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  if (profile === 'rootfs') lchownSync(to, stat.uid, stat.gid);
  if (!stat.isSymbolicLink()) {
    chmodSync(to, profile === 'rootfs' ? stat.mode & 0o7777 : stat.isDirectory() || (stat.mode & 0o111) !== 0 ? 0o755 : 0o644);
    syncPath(to);
  }
}

/** Waits until a file or a folder's list of entries is on the disk. */
export function syncPath(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Syncs everything below a folder that was written by others; `files` gets each file's mode to set before. */
export function syncTree(path: string, modeOf: (mode: number) => number): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) for (const name of readdirSync(path)) syncTree(join(path, name), modeOf);
  else if (!stat.isFile()) return;
  else chmodSync(path, modeOf(stat.mode & 0o7777));
  syncPath(path);
}
