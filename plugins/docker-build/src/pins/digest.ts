import * as z from 'zod/mini';
import { definePin } from '../options.ts';
import { parseReference } from '../reference.ts';
import { findDigest, verifyKnown } from '../registry/find-digest.ts';

/** Which digest a registry has for a reference (of the index, where there are several platforms); the answer stays in the lock file. */
export const digest = definePin({
  description: 'digest of a container image in its registry',
  answer: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
  placeholder: `sha256:${'0'.repeat(64)}`,
  async resolve(request, { plugin, env, warn, signal }) {
    const reference = parseReference(request);
    const host = { plugin, env, warn, signal };
    if (reference.digest === undefined) return findDigest(reference, host);
    await verifyKnown(reference, reference.digest, host);
    return reference.digest;
  },
});
