import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError, reasonOf } from '../client-error.ts';
import { checkObjectName, verifyBeside, type Transport } from './transport.ts';

/** A repository in a folder. Only regular files are read. */
export function diskTransport(folder: string): Transport {
  async function* read(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const path = join(folder, checkObjectName(name, folder));
    // Without O_NONBLOCK a fifo of that name would wait for a writer.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
      throw explain(error, folder, name);
    });
    try {
      if (!(await handle.stat()).isFile()) throw new ClientError('corrupt', `${path} is no regular file.`);
      for await (const chunk of handle.createReadStream({ autoClose: false, highWaterMark: CHUNK_SIZE, signal })) {
        if (!Buffer.isBuffer(chunk)) throw new Error('Internal error: a file was read as text');
        yield chunk;
      }
    } finally {
      await handle.close();
    }
  }
  return { place: folder, keepsArchives: true, read, readPackage: ({ path }, signal) => read(path, signal), verify: (name, bytes, { keys }, signal) => verifyBeside({ place: folder, read }, { name, bytes, keys, signal }) };
}

const CHUNK_SIZE = 256 * 1024;

function explain(error: unknown, folder: string, name: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new ClientError('not-found', `The repository ${folder} has no file ${name}.`, { cause: error });
  return new ClientError('unreachable', `The file ${name} of the repository ${folder} cannot be read: ${reasonOf(error)}.`, { cause: error });
}
