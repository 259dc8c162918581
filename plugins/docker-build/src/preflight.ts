import { CosError, type PreflightProblem } from '@cos/core';
import { useEngine, type EngineHost } from './engine/container-engine.ts';

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
