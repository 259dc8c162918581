import { sentenceOf, type CosError, type Diagnostic } from '@cos/core';
import { createRegistry, hostSettings, RegistryError, type Registry } from '@cos/registry';
import { TrustError } from '@cos/trust';
import { failureOf } from '../errors.ts';
import type { PluginOptions } from '../options.ts';
import type { ImageReference } from '../reference.ts';
import { verifyTrusted } from './verify-image.ts';

export interface RegistryHost {
  readonly plugin: Pick<PluginOptions, 'insecureRegistries' | 'registryMirrors' | 'trust'>;
  /** Says where credentials, certificates and proxies are. */
  readonly env: Readonly<Record<string, string>>;
  /** Told what is wrong with the signature of an image that may be used all the same. */
  readonly warn: (problem: Omit<Diagnostic, 'severity'>) => void;
  readonly signal: AbortSignal;
}

/**
 * The digest that a registry has for a reference now: of the index, where there are several platforms. No container engine is asked. An image that
 * a policy is for must be signed. Throws COS_DOCKER_REGISTRY_FAILED and COS_DOCKER_UNTRUSTED.
 */
export async function findDigest(reference: ImageReference, host: RegistryHost): Promise<string> {
  const { signal } = host;
  const text = reference.digest === undefined ? `${reference.name}:${reference.tag ?? 'latest'}` : `${reference.name}@${reference.digest}`;
  await using registry = connect(host);
  try {
    const found = await registry.resolve(text, { signal });
    if (found !== undefined) {
      await verify(registry, { name: reference.name, text, digest: found.digest }, host);
      return found.digest;
    }
  } catch (error) {
    throw error instanceof RegistryError ? explain(text, error) : error;
  }
  throw failureOf('COS_DOCKER_REGISTRY_FAILED', `The image ${text} cannot be had: its registry does not have it.`, { hint: 'Check the name and the tag.' });
}

/** An image that is known by its digest already, such as one that an engine has: it must be signed where a policy is for it. */
export async function verifyKnown(reference: ImageReference, digest: string, host: RegistryHost): Promise<void> {
  if (host.plugin.trust.length === 0) return;
  await using registry = connect(host);
  const text = `${reference.name}${reference.tag === undefined ? '' : `:${reference.tag}`}@${digest}`;
  try {
    await verify(registry, { name: reference.name, text: reference.tag === undefined ? reference.name : `${reference.name}:${reference.tag}`, digest }, host);
  } catch (error) {
    throw error instanceof RegistryError ? explain(text, error) : error;
  }
}

function connect({ plugin, env }: RegistryHost): Registry {
  return createRegistry({ ...hostSettings(env), insecure: plugin.insecureRegistries, endpoints: plugin.registryMirrors });
}

async function verify(registry: Registry, { name, text, digest }: { readonly name: string; readonly text: string; readonly digest: string }, { plugin, warn, signal }: RegistryHost): Promise<void> {
  const untrusted = (error: TrustError): CosError => failureOf('COS_DOCKER_UNTRUSTED', `The image ${text} is not signed as its policy wants it: ${sentenceOf(error)}`, { ...(error.hint === undefined ? {} : { hint: error.hint }), cause: error });
  try {
    await verifyTrusted({
      plugin,
      registry,
      repository: name,
      name: text.replace(/@.*$/, ''),
      digests: [digest],
      warn: (problem) => {
        for (const { severity: _, ...told } of untrusted(problem).diagnostics) warn(told);
      },
      signal,
    });
  } catch (error) {
    throw error instanceof TrustError ? untrusted(error) : error;
  }
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
