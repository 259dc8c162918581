/** A stream that can be read by two, in step. */
export interface Tee {
  /** Decides: it reads the source, waits for the other, and when it is left the other ends, too. */
  readonly main: AsyncIterable<Uint8Array>;
  /** Ends with an error where the source does. When it is left early, the main stream goes on alone. */
  readonly side: AsyncIterable<Uint8Array>;
}

export function tee(source: AsyncIterable<Uint8Array>): Tee {
  let chunk: Uint8Array | undefined;
  let end: { readonly error: unknown } | 'done' | undefined;
  let isLeft = false;
  let offered = Promise.withResolvers<void>();
  let taken = Promise.withResolvers<void>();

  async function* main(): AsyncGenerator<Uint8Array, undefined, undefined> {
    try {
      for await (const next of source) {
        chunk = next;
        offered.resolve();
        yield next;
        if (!isLeft) await taken.promise;
        taken = Promise.withResolvers();
      }
      end = 'done';
      return undefined;
    } catch (error) {
      end = { error };
      throw error;
    } finally {
      end ??= { error: new Error('the stream was left before its end') };
      offered.resolve();
    }
  }

  async function* side(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        await offered.promise;
        if (chunk === undefined) {
          if (end !== 'done') throw end?.error;
          return;
        }
        offered = Promise.withResolvers();
        yield chunk;
        chunk = undefined;
        if (end !== undefined) offered.resolve();
        taken.resolve();
      }
    } finally {
      isLeft = true;
      taken.resolve();
    }
  }
  const generator = main();
  // A generator that was never started does nothing when it is left.
  const leave = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    end ??= { error: new Error('the stream was left before its end') };
    offered.resolve();
    return generator.return(undefined);
  };
  return { main: { [Symbol.asyncIterator]: () => ({ next: async () => generator.next(), return: leave }) }, side: side() };
}
