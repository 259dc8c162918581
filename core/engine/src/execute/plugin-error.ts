import { diagnosticsOf } from '../errors/expected.ts';

/** An exception of a plugin's code: a mistake of the plugin, not of cos. `cause` is what was thrown. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  /** Whose code threw, for example "stage `iso.image`". */
  readonly who: string;

  constructor(who: string, cause: unknown) {
    super(`${who} threw`, { cause });
    this.who = who;
  }
}

/** Calls a plugin's code. Expected failures (CosError) come through as they are, everything else as a PluginError. */
export async function callPlugin<T>(who: string, call: () => Promise<T> | T): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw diagnosticsOf(error) === undefined && !(error instanceof PluginError) ? new PluginError(who, error) : error;
  }
}

/** The same for bytes that a plugin gives. */
export async function* readFromPlugin(who: string, bytes: () => AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = (await callPlugin(who, bytes))[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await callPlugin(who, () => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}
