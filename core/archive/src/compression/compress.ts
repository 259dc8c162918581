// Compresses in blocks that do not know of each other, several at a time in the threads of node:zlib. The result is a row of gzip
// members (RFC 1952) or zstd frames (RFC 8878), which every reader takes for one stream. It depends on the input, format, level, block
// size and the version of the compressor, but not on the number of threads or on how the input is cut: see describeCompression.
import { availableParallelism } from 'node:os';
import { ArchiveError } from '../archive-error.ts';
import { createGzipLane, ZstdLane } from './lane.ts';
import type { Lane } from './lane.ts';

/** How to compress. Everything but `concurrency` and `transient` shows in the result. */
export interface CompressOptions {
  readonly format: 'none' | 'gzip' | 'zstd';
  /** gzip: 1 to 9, default 6. zstd: 1 to 19, default 3. */
  readonly level?: number;
  /** Bytes of input in a block, 64 KiB to 64 MiB; default 1 MiB for gzip, for zstd 2 MiB up to level 5 and 4 MiB above. */
  readonly blockSize?: number;
  /** Blocks in work at a time; default as many as there are processors, at most 8. Memory is about two blocks for each. */
  readonly concurrency?: number;
  /** Whether a chunk is gone when the next one is asked for, so that its memory need not wait to be collected. Default: false. */
  readonly transient?: boolean;
}

/** Compresses a stream. Options out of range are `invalid-option` errors. Empty input gives one empty block. */
export async function* compress(source: AsyncIterable<Uint8Array>, options: CompressOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { format, level, blockSize } = completeOptions(options);
  if (format === 'none') {
    yield* source;
    return;
  }
  const limit = Math.max(1, options.concurrency ?? Math.min(availableParallelism(), 8));
  const lanes: Lane[] = [];
  const spare: Buffer[] = [];
  const running: Running[] = [];
  async function* takeFirst(): AsyncGenerator<Buffer, void, undefined> {
    const first = running.shift();
    if (first === undefined) throw new Error('Internal error: no block is in work');
    for (const piece of await first.output) {
      yield piece;
      if (options.transient === true) first.lane.release(piece);
    }
  }
  try {
    let count = 0;
    for await (const { block, used } of cutIntoBlocks(source, () => spare.pop() ?? Buffer.allocUnsafeSlow(blockSize))) {
      if (running.length >= limit) yield* takeFirst();
      const lane = (lanes[count % limit] ??= format === 'gzip' ? createGzipLane(level, blockSize) : new ZstdLane(level, blockSize));
      count += 1;
      const output = lane.compress(block.subarray(0, used)).finally(() => spare.push(block));
      // Its failure is reported when its turn comes; it must not count as unhandled until then.
      output.catch(() => undefined);
      running.push({ lane, output });
    }
    while (running.length > 0) yield* takeFirst();
  } finally {
    for (const lane of lanes) lane.close();
  }
}

/** What the compressed bytes depend on besides the input, as one line for a cache's key: format, level, block size, library version. */
export function describeCompression(options: CompressOptions): string {
  const { format, level, blockSize } = completeOptions(options);
  if (format === 'none') return 'none';
  const version = format === 'gzip' ? process.versions.zlib : process.versions['zstd'];
  return `${format} level ${level} blocks of ${blockSize} by ${version ?? 'an unknown version'}`;
}

const DEFAULTS = {
  none: { level: 0, blockSize: 1024 * 1024, maxLevel: 0 },
  gzip: { level: 6, blockSize: 1024 * 1024, maxLevel: 9 },
  zstd: { level: 3, blockSize: 2 * 1024 * 1024, maxLevel: 19 },
};

function completeOptions(options: CompressOptions): { format: CompressOptions['format']; level: number; blockSize: number } {
  const { format } = options;
  const defaults = DEFAULTS[format];
  if (defaults === undefined) throw new ArchiveError('invalid-option', `The compression is ${JSON.stringify(format)}, but it must be none, gzip or zstd`);
  const level = options.level ?? defaults.level;
  const blockSize = options.blockSize ?? (format === 'zstd' && level > 5 ? 2 : 1) * defaults.blockSize;
  if (format !== 'none' && (!Number.isInteger(level) || level < 1 || level > defaults.maxLevel)) {
    throw new ArchiveError('invalid-option', `The ${format} level is ${level}, but it must be a whole number from 1 to ${defaults.maxLevel}`);
  }
  if (!Number.isInteger(blockSize) || blockSize < 64 * 1024 || blockSize > 64 * 1024 * 1024) {
    throw new ArchiveError('invalid-option', `The block size is ${blockSize}, but it must be from 64 KiB to 64 MiB`);
  }
  return { format, level, blockSize };
}

/** A block that is compressed. */
interface Running {
  readonly lane: Lane;
  readonly output: Promise<readonly Buffer[]>;
}

/** Full blocks but for the last; one empty block for empty input. */
async function* cutIntoBlocks(source: AsyncIterable<Uint8Array>, allocate: () => Buffer): AsyncGenerator<{ readonly block: Buffer; readonly used: number }> {
  let block = allocate();
  let used = 0;
  let isFirst = true;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + block.length - used);
      block.set(part, used);
      used += part.length;
      at += part.length;
      if (used < block.length) continue;
      yield { block, used };
      block = allocate();
      used = 0;
      isFirst = false;
    }
  }
  if (used > 0 || isFirst) yield { block, used };
}
