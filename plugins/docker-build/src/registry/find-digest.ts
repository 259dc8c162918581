import { createRegistry, hostSettings, RegistryError } from '@cos/registry';
import { failureOf } from '../errors.ts';
import type { PluginOptions } from '../options.ts';
import type { ImageReference } from '../reference.ts';

export interface RegistryHost {
  readonly plugin: Pick<PluginOptions, 'insecureRegistries' | 'registryMirrors'>;
  /** Says where credentials, certificates and proxies are. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * The digest that a registry has for a reference now: of the index, where there are several platforms. No container engine is asked. Throws
 * COS_DOCKER_REGISTRY_FAILED.
 */
export async function findDigest(reference: ImageReference, { plugin, env, signal }: RegistryHost): Promise<string> {
  const text = reference.digest === undefined ? `${reference.name}:${reference.tag ?? 'latest'}` : `${reference.name}@${reference.digest}`;
  await using registry = createRegistry({ ...hostSettings(env), insecure: plugin.insecureRegistries, endpoints: plugin.registryMirrors });
  try {
    const found = await registry.resolve(text, { signal });
    if (found !== undefined) return found.digest;
  } catch (error) {
    throw error instanceof RegistryError ? explain(text, error) : error;
  }
  throw failureOf('COS_DOCKER_REGISTRY_FAILED', `The image ${text} cannot be had: its registry does not have it.`, { hint: 'Check the name and the tag.' });
}

function explain(text: string, error: RegistryError): Error {
  const notes = [
    ...(error.found === undefined ? [] : [error.found]),
    ...(error.expected === undefined ? [] : [`expected: ${error.expected}`]),
    ...(error.registryMessage === undefined ? [] : [`the registry says: ${error.registryMessage}`]),
  ].map((message) => ({ message }));
  const hint = error.hint ?? (error.code === 'unreachable' || error.code === 'timeout' ? 'Check the network and the proxies (HTTPS_PROXY). Without network, use a base that is there: base: { from: archive }.' : undefined);
  return failureOf('COS_DOCKER_REGISTRY_FAILED', `The image ${text} cannot be had: ${error.summary}`, { notes, ...(hint === undefined ? {} : { hint }), cause: error });
}
