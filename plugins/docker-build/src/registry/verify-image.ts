import { RegistryError, type Registry } from '@cos/registry';
import { findPolicy, policyOf, TrustError, verifyImage, type NamedPolicy } from '@cos/trust';
import type { PluginOptions } from '../options.ts';

export interface TrustedImage {
  readonly plugin: Pick<PluginOptions, 'trust'>;
  readonly registry: Registry;
  /** `registry.example/os/base`, without tag. */
  readonly repository: string;
  /** What somebody has named, `registry.example/os/base:1`. */
  readonly name: string;
  /** All of them must be signed. */
  readonly digests: readonly string[];
  /** Told what is wrong where the policy is to warn. */
  readonly warn: (problem: TrustError) => void;
  readonly signal: AbortSignal;
}

/** Does what the policy for an image says; nothing where there is none. Throws TrustError, and RegistryError where nobody can tell. */
export async function verifyTrusted({ plugin, registry, repository, name, digests, warn, signal }: TrustedImage): Promise<void> {
  const policy = policyFor(plugin, repository, name);
  if (policy === undefined) return;
  const { keys, identity, signatures, mode } = policy;
  for (const digest of digests) {
    try {
      await verifyImage({ registry, repository, digest, keys, ...(identity === undefined ? {} : { identity }), ...(signatures === undefined ? {} : { signatures }), signal });
    } catch (error) {
      if (mode === 'enforce') throw error;
      if (error instanceof TrustError) warn(error);
      // Who can keep the signature away can take it away: it is no worse than none.
      else if (error instanceof RegistryError) warn(new TrustError('unsigned', `The signature of ${repository}@${digest} cannot be had: ${error.summary}`, { cause: error }));
      else throw error;
    }
  }
}

function policyFor({ trust }: Pick<PluginOptions, 'trust'>, repository: string, name: string): NamedPolicy | undefined {
  if (trust.length === 0) return undefined;
  const found = findPolicy(trust.map(policyOf), [name, repository, `docker:${repository}`]);
  return found?.mode === 'off' ? undefined : found;
}
