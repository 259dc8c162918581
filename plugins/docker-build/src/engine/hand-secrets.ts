import { failureOf } from '../errors.ts';
import type { BuildRequest } from './build-image.ts';
import type { Query } from './build-query.ts';
import type { EngineClient } from './client.ts';
import { addContextSecrets, PODMAN_WITH_SECRETS } from './context-secrets.ts';
import type { EngineProduct } from './product.ts';
import { openSecretSession } from './secret-session.ts';

export interface HandedSecrets {
  /** The request, with the context that takes them along where that is the way. */
  readonly request: BuildRequest;
  /** Parameters of the build. */
  readonly query: Query;
  /** When the build is over. */
  close(): void;
}

/** Gives a build its secrets, in the way of the engine: never as an argument, a label or a part of the image. */
export async function handSecrets(client: EngineClient, request: BuildRequest, product: EngineProduct): Promise<HandedSecrets> {
  const { secrets, context, signal } = request;
  if (secrets === undefined || secrets.size === 0) return { request, query: {}, close: () => undefined };
  if (product.name === 'docker') {
    const session = await openSecretSession({ endpoint: client.endpoint, secrets, signal });
    return { request, query: { session: session.id }, close: () => session.close() };
  }
  const [wanted, found] = [PODMAN_WITH_SECRETS, product.version.split('.').map(Number)];
  const isOld = (found[0] ?? 0) < wanted[0] || (found[0] === wanted[0] && (found[1] ?? 0) < wanted[1]);
  if (isOld) throw failureOf('COS_DOCKER_NO_MOUNTS', `Expected Podman ${wanted.join('.')} or later for the secrets of ${request.subject}; found ${product.version}.`, { hint: 'Update Podman, or use Docker.' });
  const given = addContextSecrets(context, secrets);
  return { request: { ...request, context: given.context }, query: { secrets: given.query }, close: () => undefined };
}
