import type { EngineClient } from './client.ts';
import { failureOf } from '../errors.ts';

// Containers that are made to read an image and never started.

export interface ContainerRequest {
  /** Id or name of the image. */
  readonly image: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Makes a container and answers its id. */
export async function createContainer(client: EngineClient, { image, name, signal }: ContainerRequest): Promise<string> {
  // An image without a command wants one, also for a container that never runs.
  const answer = await client.ask({ method: 'POST', path: '/containers/create', query: { name }, json: { Image: image, Cmd: ['/'], NetworkDisabled: true }, signal });
  const id: unknown = typeof answer === 'object' && answer !== null ? new Map<string, unknown>(Object.entries(answer)).get('Id') : undefined;
  if (typeof id !== 'string') throw failureOf('COS_DOCKER_ENGINE_FAILED', 'The engine made a container and did not say which.');
  return id;
}

/** The files of a container as a tar, without what is mounted over them. Each piece is valid until the next is asked for. */
export function exportContainer(client: EngineClient, id: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  return client.download(`/containers/${id}/export`, signal);
}

/** Removes a container with its anonymous volumes. One that is gone is no error. */
export async function removeContainer(client: EngineClient, id: string, signal: AbortSignal): Promise<void> {
  await client.find({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1', v: '1' }, signal });
}

/** Names of all containers that begin with `prefix`. */
export async function listContainers(client: EngineClient, prefix: string, signal: AbortSignal): Promise<readonly string[]> {
  const answer = await client.ask({ method: 'GET', path: '/containers/json', query: { all: '1', filters: JSON.stringify({ name: [prefix] }) }, signal });
  const list: readonly unknown[] = Array.isArray(answer) ? answer : [];
  return list
    .flatMap((container): readonly unknown[] => {
      const names: unknown = typeof container === 'object' && container !== null ? new Map<string, unknown>(Object.entries(container)).get('Names') : undefined;
      return Array.isArray(names) ? names : [];
    })
    .flatMap((name) => (typeof name === 'string' ? [name.replace(/^\//, '')] : []))
    .filter((name) => name.startsWith(prefix));
}
