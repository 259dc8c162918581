// A root filesystem as one file: a plain tar, or a file system that a kernel mounts. Equal archives give equal bytes.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ClientError } from '../client-error.ts';
import { writeExt2 } from './ext2.ts';
import { writeSquashfs } from './squashfs.ts';
import { writeWhole } from './write-whole.ts';

export const rootFormats = ['tar', 'squashfs', 'ext2'] as const;

export type RootFormat = (typeof rootFormats)[number];

export interface WriteRootRequest {
  /** The root filesystem as a plain tar in canonical order; read once. */
  readonly archive: AsyncIterable<Uint8Array>;
  readonly format: RootFormat;
  /** The file to make, absolute; it appears when it is whole, over one that is there. A stream takes a tar and stays open. */
  readonly to: string | NodeJS.WritableStream;
  /** Existing folder for what is needed meanwhile, removed by the caller. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/** Throws ClientError `unsupported` when the host cannot make the format, and what reading the archive throws. */
export async function writeRoot({ archive, format, to, scratch, signal }: WriteRootRequest): Promise<void> {
  checkRootFormat(format);
  if (typeof to !== 'string') {
    if (format !== 'tar') throw new Error(`Internal error: a ${format} image is written to a stream`);
    await pipeline(Readable.from(archive, { objectMode: false }), to, { end: false, signal });
    return;
  }
  await writeWhole(to, async (file) => {
    switch (format) {
      case 'tar':
        return pipeline(Readable.from(archive, { objectMode: false }), createWriteStream(file), { signal });
      case 'squashfs':
        return writeSquashfs(archive, file, signal);
      case 'ext2':
        return writeExt2(archive, { file, scratch, signal });
      default: {
        const never: never = format;
        return never;
      }
    }
  });
}

/** What of the host is known to be missing before anything is read. Throws ClientError `unsupported`. */
export function checkRootFormat(format: RootFormat): void {
  if (format !== 'ext2' || process.getuid?.() === 0) return;
  throw new ClientError('unsupported', 'An ext2 image is made of a folder with the right owners, which only root can make.', { hint: 'Run as root, or make a squashfs image.' });
}
