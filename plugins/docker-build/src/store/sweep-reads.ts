import type { EngineClient } from '../engine/client.ts';
import { listContainers, removeContainer } from '../engine/containers.ts';
import { findReferences, untagImage } from '../engine/images.ts';
import { isOfDeadProcess } from '../process-identity.ts';
import { CONTAINER_PREFIX } from './image-content.ts';

/** Removes the containers and the names of images that dead processes made to read images. */
export async function sweepReads(client: EngineClient, signal: AbortSignal): Promise<void> {
  for (const name of await listContainers(client, CONTAINER_PREFIX, signal)) {
    if (isOfDeadProcess(name.slice(CONTAINER_PREFIX.length))) await removeContainer(client, name, signal);
  }
  for (const reference of await findReferences(client, '127.0.0.1:*/cos-*:*', signal)) {
    const [, repository = '', tag = ''] = /^(127\.0\.0\.1:\d+\/cos-[0-9a-f]{16}):(.+)$/.exec(reference) ?? [];
    if (isOfDeadProcess(tag)) await untagImage(client, { repository, tag }, signal);
  }
}
