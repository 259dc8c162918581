import * as z from 'zod/mini';
import { definePin } from '../options.ts';
import { parseReference } from '../reference.ts';
import { findDigest } from '../registry/find-digest.ts';

/** Which digest a registry has for a reference (of the index, where there are several platforms); the answer stays in the lock file. */
export const digest = definePin({
  description: 'digest of a container image in its registry',
  answer: z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
  placeholder: `sha256:${'0'.repeat(64)}`,
  async resolve(request, { plugin, env, signal }) {
    const reference = parseReference(request);
    return reference.digest ?? findDigest(reference, { plugin, env, signal });
  },
});
