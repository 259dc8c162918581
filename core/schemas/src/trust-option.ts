import { policyOf, TrustError } from '@cos/trust';
import * as z from 'zod/mini';

const policy = z
  .strictObject({
    match: z.string().check(z.minLength(1)),
    mode: z.enum(['enforce', 'warn', 'off']),
    keys: z._default(z.array(z.string()), []),
    identity: z.optional(z.string()),
    signatures: z.optional(z.string()),
    maxAgeDays: z.optional(z.int().check(z.minimum(1))),
  })
  .check((context) => {
    const { value, issues } = context;
    if (value.mode !== 'off' && value.keys.length === 0) issues.push({ code: 'custom', input: value.keys, path: ['keys'], message: `expected the text of a public key for the mode ${value.mode}` });
    try {
      policyOf(value);
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      issues.push({ code: 'custom', input: value.keys, path: ['keys'], message: error.message });
    }
  });

/** A list of policies, of which the first that matches counts. `keys` are texts in PEM. */
export const trustOption = z._default(z.array(policy), []);
