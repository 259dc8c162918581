import type { EngineClient } from '../engine/client.ts';
import { listContainers, removeContainer } from '../engine/containers.ts';
import { untagImage } from '../engine/images.ts';
import { isOfDeadProcess } from '../process-identity.ts';
import { CONTAINER_PREFIX } from './image-content.ts';
import type { PushNames } from './push-names.ts';

/** Removes the containers and the names of images that dead processes made to read images. */
export async function sweepReads(client: EngineClient, names: PushNames, signal: AbortSignal): Promise<void> {
  for (const name of await listContainers(client, CONTAINER_PREFIX, signal)) {
    if (isOfDeadProcess(name.slice(CONTAINER_PREFIX.length))) await removeContainer(client, name, signal);
  }
  for (const name of names.left()) {
    await untagImage(client, name, signal);
    names.forget(name);
  }
}
