import { createHash } from 'node:crypto';
import { decompress } from '@cos/archive';
import { HEAD_LENGTH, type AddOptions, type LayerCache } from './layer-cache.ts';
import { peek } from './peek.ts';

// What an engine sends as a layer may be something else: a description, or a layer that is known already.

export interface EntranceOptions extends AddOptions {
  /** Heads of layers that are known. A layer with one of them is most likely that one. */
  readonly knownHeads: ReadonlySet<string>;
  /** Asked before a layer is read that is most likely known; false: it is not read at all. */
  readonly mayRead: () => Promise<boolean>;
}

/** Takes a blob, compressed or not, into the cache and answers the layer's digest; undefined when it was not read, or is no layer. */
export async function admitLayer(cache: LayerCache, blob: AsyncIterable<Uint8Array>, options: EntranceOptions): Promise<string | undefined> {
  const { start, whole, close } = await peek(decompress(blob), HEAD_LENGTH);
  if (start.length === 0 || start[0] === OPENING_BRACE) {
    for await (const _ of whole);
    return undefined;
  }
  const isKnown = options.knownHeads.has(createHash('sha256').update(start).digest('hex'));
  if (!isKnown || (await options.mayRead())) return cache.add(whole, options);
  await close();
  return undefined;
}

/** Descriptions are JSON objects. */
const OPENING_BRACE = 0x7b;
