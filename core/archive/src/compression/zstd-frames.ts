// Splits a zstd stream into its frames (RFC 8878, section 3.1). Needed because the decoder of node:zlib stops silently after the first
// frame: what follows would be lost without an error.
import { ArchiveError } from '../archive-error.ts';
import { ByteSource } from '../tar/byte-source.ts';

/** The bytes of one frame. Read it to its end before asking for the next. */
export type ZstdFrame = AsyncIterable<Uint8Array>;

/** The frames of a stream; skippable frames are left out. Errors: `truncated`, `corrupt`, with the offset in the compressed bytes. */
export async function* splitZstdFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<ZstdFrame, void, undefined> {
  const bytes = new ByteSource(source);
  try {
    for (;;) {
      const offset = bytes.offset;
      const magic = await bytes.read(4);
      if (magic.length === 0) return;
      if (magic.length < 4) throw truncated(bytes);
      const number = magic.readUInt32LE();
      if (number === FRAME_MAGIC) {
        yield readFrame(bytes, magic);
      } else if ((number & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
        const size = (await readExactly(bytes, 4)).readUInt32LE();
        if ((await bytes.skip(size)) < size) throw truncated(bytes);
      } else {
        throw new ArchiveError('corrupt', 'The zstd data is followed by something that is no zstd frame', { offset });
      }
    }
  } finally {
    await bytes.close();
  }
}

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;

async function* readFrame(bytes: ByteSource, magic: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
  const offset = bytes.offset;
  const descriptor = await readExactly(bytes, 1);
  const flags = descriptor[0] ?? 0;
  const isSingleSegment = (flags & 0x20) !== 0;
  const hasChecksum = (flags & 0x04) !== 0;
  if ((flags & 0x08) !== 0) throw new ArchiveError('corrupt', 'A zstd frame uses a reserved bit', { offset });
  const dictionarySize = [0, 1, 2, 4][flags & 0x03] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const rest = await readExactly(bytes, (isSingleSegment ? 0 : 1) + dictionarySize + contentSize);
  yield Buffer.concat([magic, descriptor, rest]);
  for (let isLast = false; !isLast; ) {
    const at = bytes.offset;
    const header = await readExactly(bytes, 3);
    const value = header.readUIntLE(0, 3);
    const type = (value >> 1) & 0x03;
    if (type === 3) throw new ArchiveError('corrupt', 'A zstd block is of the reserved type', { offset: at });
    isLast = (value & 0x01) !== 0;
    yield header;
    yield* readPieces(bytes, type === 1 ? 1 : value >> 3);
  }
  if (hasChecksum) yield readExactly(bytes, 4);
}

async function* readPieces(bytes: ByteSource, size: number): AsyncGenerator<Uint8Array> {
  for (let missing = size; missing > 0; ) {
    const piece = bytes.takeSome(missing);
    if (piece === undefined) {
      if (!(await bytes.fill())) throw truncated(bytes);
      continue;
    }
    missing -= piece.length;
    yield piece;
  }
}

async function readExactly(bytes: ByteSource, count: number): Promise<Buffer> {
  const result = await bytes.read(count);
  if (result.length < count) throw truncated(bytes);
  return result;
}

function truncated(bytes: ByteSource): ArchiveError {
  return new ArchiveError('truncated', 'The zstd data ends inside a frame; it was probably cut off', { offset: bytes.offset });
}
