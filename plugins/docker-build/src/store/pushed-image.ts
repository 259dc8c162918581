import { setTimeout as sleep } from 'node:timers/promises';
import { ArchiveError } from '@cos/archive';
import { EngineError, type EngineClient } from '../engine/client.ts';
import { tagImage, untagImage } from '../engine/images.ts';
import { readProgress } from '../engine/progress.ts';
import type { AddOptions, LayerCache } from './layer-cache.ts';
import { admitLayer } from './layer-entrance.ts';
import type { PushNames } from './push-names.ts';
import { openUploadDoor, type UploadDoor } from './upload-door.ts';

// The layers on top of an image, without those below: an engine pushes layers one by one, the uppermost first, and the push is broken off when all have
// come that are wanted. Saving an image costs the engine the writing of all layers into files, however little is new.

export interface PushedImage extends AddOptions {
  readonly client: EngineClient;
  readonly names: PushNames;
  /** Id in the engine. */
  readonly image: string;
  /** Digests of the layers that are wanted. */
  readonly wanted: ReadonlySet<string>;
  /** Heads of layers that are known: read only when nothing else comes. */
  readonly knownHeads: ReadonlySet<string>;
  /** Tag for the time of the push, see `createProcessName`. */
  readonly tag: string;
}

/**
 * Adds layers of an image to the cache, and answers those that did not come: all of them when the engine does not reach this process (another host,
 * another network namespace), and when there is no place to note the name of the push.
 */
export async function addPushedLayers(cache: LayerCache, request: PushedImage): Promise<ReadonlySet<string>> {
  const { client, names, image, wanted, knownHeads, tag, signal } = request;
  const missing = new Set(wanted);
  const finished = new AbortController();
  const patience = new Patience(finished.signal);
  const failures: unknown[] = [];
  const take = async (blob: AsyncIterable<Uint8Array>): Promise<void> => {
    try {
      const digest = await patience.during(async (wait) => admitLayer(cache, blob, { ...request, knownHeads, mayRead: wait }));
      if (digest !== undefined) missing.delete(digest);
    } catch (error) {
      // What is no archive, or ends too early, is no layer that is wanted; everything else (a full disk) is told.
      if (!(error instanceof ArchiveError) && !isBrokenOff(error) && !finished.signal.aborted) failures.push(error);
    }
    if (missing.size === 0 || failures.length > 0) finished.abort();
  };
  const door = await openUploadDoor(take);
  const name = { repository: door.repository, tag };
  try {
    if (!names.note(name)) return missing;
    await push({ client, image, tag, door, signal: AbortSignal.any([signal, finished.signal]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!finished.signal.aborted && !(error instanceof EngineError)) throw error;
  } finally {
    finished.abort();
    door.close();
    await untagImage(client, name, AbortSignal.timeout(UNTAG_TIMEOUT));
    names.forget(name);
  }
  if (failures.length > 0) throw failures[0];
  return missing;
}

const UNTAG_TIMEOUT = 20_000;

/** What Node says of a connection that ends within a request. */
function isBrokenOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE');
}

interface Push {
  readonly client: EngineClient;
  readonly image: string;
  readonly tag: string;
  readonly door: UploadDoor;
  readonly signal: AbortSignal;
}

async function push({ client, image, tag, door, signal }: Push): Promise<void> {
  await tagImage(client, image, { repository: door.repository, tag }, signal);
  const progress = await client.stream({ method: 'POST', path: `/images/${door.repository}/push`, query: { tag }, registryAuth: NO_CREDENTIALS, signal });
  // A failure ends the stream: what has not come by then is missing.
  for await (const event of readProgress(progress)) if (event.kind === 'error') return;
}

const NO_CREDENTIALS = Buffer.from('{}').toString('base64url');

/** How long nothing else comes before a layer is read that is most likely known. */
const QUIET_MS = 500;

/** Lets layers that are most likely known wait while others come. */
class Patience {
  readonly #ended: AbortSignal;
  #active = 0;
  #changed = 0;

  constructor(ended: AbortSignal) {
    this.#ended = ended;
  }

  /** `wait` answers true when nothing else has come for a while, false when it is over. */
  async during<T>(work: (wait: () => Promise<boolean>) => Promise<T>): Promise<T> {
    const wait = async (): Promise<boolean> => {
      this.#step(-1);
      try {
        while (this.#active > 0 || performance.now() - this.#changed < QUIET_MS) {
          if (this.#ended.aborted) return false;
          await sleep(QUIET_MS / 10);
        }
        return !this.#ended.aborted;
      } finally {
        this.#step(1);
      }
    };
    this.#step(1);
    try {
      return await work(wait);
    } finally {
      this.#step(-1);
    }
  }

  #step(by: 1 | -1): void {
    this.#active += by;
    this.#changed = performance.now();
  }
}
