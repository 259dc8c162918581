import type { Pin } from '@cos/core';
import { useEngine } from '../engine/container-engine.ts';
import { findDigest } from '../engine/registry.ts';
import type { PluginOptions } from '../options.ts';
import { parseReference } from '../reference.ts';

/** Which digest a registry has for a reference; the answer is `sha256:…` and stays in the lock file. */
export const digest: Pin<PluginOptions> = {
  description: 'digest of a container image in its registry',
  async resolve(request, { plugin, env, signal }) {
    const reference = parseReference(request);
    if (reference.digest !== undefined) return reference.digest;
    const { client } = await useEngine({ plugin, env });
    return findDigest(client, reference, signal);
  },
};
