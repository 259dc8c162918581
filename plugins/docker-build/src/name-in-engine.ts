import type { Artifact } from '@cos/core';
import type { ContainerImage } from '@cos/core/artifacts';
import type { EngineClient } from './engine/client.ts';
import type { ContainerEngine } from './engine/container-engine.ts';
import { inspectImage } from './engine/images.ts';
import { fail } from './errors.ts';

export interface NameRequest {
  readonly signal: AbortSignal;
  /** True: a Dockerfile of the user may start from it, so that what the image says for this case would be done. */
  readonly isStart?: boolean;
}

/** The name of an image in the engine. The engine would look in a registry for an image that it does not have, so it must be there. */
export async function nameInEngine(artifact: Artifact<ContainerImage>, { client, store }: ContainerEngine, { signal, isStart = false }: NameRequest): Promise<string> {
  const name = store.referenceOf(artifact.digest);
  const triggers = isStart ? await store.triggersOf(artifact.digest, signal) : await foundIn(client, name, signal);
  if (triggers === undefined) return fail('COS_DOCKER_IMAGE_GONE', `The engine has no image ${name}.`);
  if (triggers.length > 0) {
    return fail('COS_DOCKER_ONBUILD', `The image ${artifact.meta.reference} has instructions for whoever starts from it, which may read any file and name any image.`, {
      notes: triggers.map((trigger) => ({ message: `ONBUILD ${trigger}` })),
    });
  }
  return name;
}

/** Undefined when it is not there. */
async function foundIn(client: EngineClient, name: string, signal: AbortSignal): Promise<readonly [] | undefined> {
  return (await inspectImage(client, name, signal)) === undefined ? undefined : [];
}
