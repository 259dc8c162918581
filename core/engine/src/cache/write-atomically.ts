import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a small file so that a reader, also one after a crash, finds the old content or the new one. `temporary` is a path of the same file system that
 * nobody else uses. `durable` waits until the bytes are on the disk; without it a power cut may leave the old file or an empty one.
 */
export function writeAtomically(path: string, content: string, options: { readonly temporary: string; readonly durable: boolean; readonly mode?: number }): void {
  mkdirSync(dirname(path), { recursive: true });
  try {
    const fd = openSync(options.temporary, 'w', options.mode ?? 0o644);
    try {
      const bytes = Buffer.from(content, 'utf8');
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      if (options.durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(options.temporary, path);
  } catch (error) {
    rmSync(options.temporary, { force: true });
    throw error;
  }
}
