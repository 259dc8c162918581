import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, type EngineClient } from './client.ts';

const GRACE = 5_000;
const LIMIT = 20_000;
const PAUSE = 100;

/**
 * Waits until the builder's container of a cancelled build is gone. The engine ends it by itself when the connection ends, but in its own time: whoever is
 * told "cancelled" should find nothing left. An engine that has not done so after a while is told to.
 */
export async function awaitRemoval(client: EngineClient, container: string): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT);
  const path = `/containers/${encodeURIComponent(container)}`;
  const start = performance.now();
  while ((await client.find({ method: 'GET', path: `${path}/json`, signal })) !== undefined) {
    if (performance.now() - start > GRACE) await remove(client, path, signal);
    await sleep(PAUSE, undefined, { signal });
  }
}

async function remove(client: EngineClient, path: string, signal: AbortSignal): Promise<void> {
  try {
    await client.find({ method: 'DELETE', path, query: { force: '1', v: '1' }, signal });
  } catch (error) {
    // 409: the engine is removing it already.
    if (!(error instanceof EngineError && error.refusal.status === 409)) throw error;
  }
}
