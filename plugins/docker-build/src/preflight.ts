import { CosError, type PreflightProblem } from '@cos/core';
import { endpointName } from './engine/connection-failure.ts';
import { useEngine, type EngineHost } from './engine/container-engine.ts';
import { fieldsOf, textsOf } from './engine/json-answer.ts';
import { productOf } from './engine/product.ts';

export interface PreflightRequest extends EngineHost {
  readonly signal: AbortSignal;
}

/** Asks the engine for a sign of life. Each problem says what to install, to start or to allow. */
export async function preflight({ plugin, env, signal }: PreflightRequest): Promise<readonly PreflightProblem[]> {
  try {
    const { client } = await useEngine({ plugin, env });
    await client.ask({ method: 'GET', path: '/_ping', signal: AbortSignal.any([signal, AbortSignal.timeout(PING_TIMEOUT)]) });
    return [];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CosError) return error.diagnostics.map(({ message, hint = '' }) => ({ message, hint }));
    if (error instanceof Error && error.name === 'TimeoutError') {
      return [{ message: `The container engine does not answer within ${PING_TIMEOUT / 1000} seconds.`, hint: 'Restart the engine ("systemctl restart docker").' }];
    }
    throw error;
  }
}

const PING_TIMEOUT = 15_000;

/** Which engine it is: `docker 20.10.24 at /var/run/docker.sock, builder classic`. */
export async function about({ plugin, env, signal }: PreflightRequest): Promise<string> {
  const { client } = await useEngine({ plugin, env });
  const { name, version } = await productOf(client, signal);
  const info = fieldsOf(await client.ask({ method: 'GET', path: '/info', signal }));
  // Podman states it by itself, Docker among the ways of its security.
  const isRootless = info.get('Rootless') === true || textsOf(info.get('SecurityOptions')).some((text) => text.includes('name=rootless'));
  const builder = name === 'podman' ? 'buildah' : plugin.builder === 'buildkit' ? 'BuildKit' : 'classic';
  return `${name} ${version} at ${endpointName(client.endpoint)}${isRootless ? ', rootless' : ''}, builder ${builder}`;
}
