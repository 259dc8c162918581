import type { EngineHost } from './engine/container-engine.ts';
import { useEngine } from './engine/container-engine.ts';
import { listTags, untagImage } from './engine/images.ts';
import { RUN_PREFIX, runOf } from './run-tag.ts';

// What a killed run leaves in the engine are names of images only: the engine itself ends a build whose connection broke, and no containers are made to
// read images.

export interface SweepRequest extends EngineHost {
  readonly signal: AbortSignal;
  readonly isAlive: (runId: string) => boolean;
}

/** Takes the names of dead runs away, and with them images that have no other name. */
export async function sweep({ plugin, env, signal, isAlive }: SweepRequest): Promise<void> {
  const { client } = await useEngine({ plugin, env });
  for (const name of await listTags(client, plugin.repository, RUN_PREFIX, signal)) {
    const runId = runOf(name.tag);
    if (runId !== undefined && !isAlive(runId)) await untagImage(client, name, signal);
  }
}
