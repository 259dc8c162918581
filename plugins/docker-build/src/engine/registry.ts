import { failureOf } from '../errors.ts';
import { EngineError, type EngineClient } from './client.ts';
import { inspectImage } from './images.ts';
import { readProgress } from './progress.ts';

// What the engine asks registries for us: it knows mirrors, certificates and insecure registries of its host.

export interface PullRequest {
  readonly name: string;
  readonly digest: string;
  readonly platform: string;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Pulls an image by digest, unless the engine has it; the engine verifies the digest. Answers the name under which the engine has it. */
export async function pullImage(client: EngineClient, { name, digest, platform, onLine, signal }: PullRequest): Promise<string> {
  const reference = `${name}@${digest}`;
  const there = await inspectImage(client, reference, signal);
  if (there !== undefined && (there.platform === undefined || there.platform === platform)) return reference;
  try {
    const stream = await client.stream({ method: 'POST', path: '/images/create', query: { fromImage: name, tag: digest, platform }, signal });
    for await (const event of readProgress(stream)) {
      if (event.kind === 'error') throw registryFailure(reference, event.message);
      if (event.kind === 'line') onLine(event.text);
    }
  } catch (error) {
    throw error instanceof EngineError ? registryFailure(reference, error.refusal.message, error) : error;
  }
  return reference;
}

function registryFailure(reference: string, message: string, cause?: unknown): Error {
  return failureOf('COS_DOCKER_REGISTRY_FAILED', `The image ${reference} cannot be had: ${message}`, cause === undefined ? {} : { cause });
}
