/** A stream whose first bytes were looked at. */
export interface Peeked {
  /** Fewer than were asked for where the stream has fewer. */
  readonly start: Buffer;
  /** All of the stream; can be read once. */
  readonly whole: AsyncIterable<Uint8Array>;
  /** Ends the stream without reading it. */
  readonly close: () => Promise<void>;
}

export async function peek(source: AsyncIterable<Uint8Array>, length: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const next = await iterator.next();
    if (next.done === true) break;
    // The source may use the memory of a chunk again for the next one.
    chunks.push(size + next.value.length < length ? Buffer.from(next.value) : next.value);
    size += next.value.length;
  }
  const close = async (): Promise<void> => {
    await iterator.return?.();
  };
  return { start: Buffer.concat(chunks).subarray(0, length), whole: continued(chunks, iterator, close), close };
}

async function* continued(chunks: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>, close: () => Promise<void>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await close();
  }
}
