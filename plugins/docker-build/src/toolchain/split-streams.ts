import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/**
 * Takes the two outputs of a command apart. Format: Docker Engine API, ContainerAttach: frames of 8 bytes, of which the first is 1 for standard output and
 * 2 for standard error and the last four are the length of what follows (big endian). Resolves when the source has ended and everything is written.
 */
export async function splitStreams(source: Readable, out: Writable, err: Writable): Promise<void> {
  let header: Buffer = Buffer.alloc(0);
  let left = 0;
  let to = out;
  for await (const given of source) {
    let chunk: Buffer = given;
    while (chunk.length > 0) {
      if (left === 0) {
        const taken = Math.min(8 - header.length, chunk.length);
        header = Buffer.concat([header, chunk.subarray(0, taken)]);
        chunk = chunk.subarray(taken);
        if (header.length < 8) continue;
        to = header[0] === 2 ? err : out;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const part = chunk.subarray(0, left);
      chunk = chunk.subarray(part.length);
      left -= part.length;
      if (!to.write(part)) await once(to, 'drain');
    }
  }
  if (left > 0 || header.length > 0) throw new Error('the connection to the container broke off');
}
