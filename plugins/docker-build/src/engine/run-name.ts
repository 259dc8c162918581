import type { EngineClient } from './client.ts';
import { untagImage, type ImageName } from './images.ts';

const UNTAG_TIMEOUT = 20_000;

/**
 * Does something with a name that belongs to one run, and takes the name away in any case, also when the run was cancelled. What went wrong before is told
 * and not that the name could not be taken away, which then is for the next run to do.
 */
export async function withRunName<T>(client: EngineClient, name: ImageName, work: () => Promise<T>): Promise<T> {
  const untag = async (): Promise<void> => untagImage(client, name, AbortSignal.timeout(UNTAG_TIMEOUT));
  let done: T;
  try {
    done = await work();
  } catch (error) {
    await untag().catch(() => undefined);
    throw error;
  }
  await untag();
  return done;
}
