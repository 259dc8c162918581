import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, one } from '@cos/core';
import { ArchiveError, canonicalize, decompress } from '@cos/archive';
import { rootfsArchive } from '@cos/core/artifacts';
import * as z from 'zod/mini';
import { failureOf } from '../errors.ts';
import { defineStage } from '../options.ts';
import { writeStream } from '../write-stream.ts';

/** The root filesystem that an archive on disk holds, in canonical form. */
export const unpack = defineStage({
  description: 'bring the archive of a root filesystem into canonical form',
  version: 2,
  cache: 'content',
  inputs: {
    /** A tar file, plain or compressed by gzip or zstd, or a folder that holds nothing but one. */
    archive: one(fileTree),
  },
  outputs: { rootfs: rootfsArchive },
  options: z.object({
    /** SHA-256 of the file as 64 hexadecimal digits; default: not checked. */
    sha256: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
  }),
  async run({ inputs, options, emit, scratch, signal, sourceDateEpoch }) {
    const file = await onlyFile(await inputs.archive.path());
    const hash = createHash('sha256');
    const output = join(scratch, 'rootfs.tar');
    const source = decompress(tee(createReadStream(file, { signal }), (chunk) => hash.update(chunk)));
    try {
      await writeStream(canonicalize(source, { scratch, epoch: sourceDateEpoch, times: 'set' }), output, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ArchiveError ? failureOf('COS_DOCKER_ROOTFS_FORM', `The input "archive" cannot be read: ${error.message}.`, { cause: error }) : error;
    }
    const found = hash.digest('hex');
    if (options.sha256 !== undefined && found !== options.sha256) {
      throw failureOf('COS_DOCKER_SHA256_MISMATCH', `The input "archive" should have the SHA-256 ${options.sha256}, but has ${found}.`);
    }
    return { rootfs: await emit.rootfs(output, {}) };
  },
});

async function onlyFile(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return path;
  const [name, ...more] = await readdir(path);
  if (name === undefined || more.length > 0) throw failureOf('COS_DOCKER_ROOTFS_FORM', `The input "archive" is a folder of ${name === undefined ? 0 : more.length + 1} entries, not one file.`);
  return join(path, name);
}

async function* tee(source: AsyncIterable<Uint8Array>, see: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    see(chunk);
    yield chunk;
  }
}
