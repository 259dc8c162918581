import { secret, type Secret, type SecretSource } from '@cos/core';
import * as z from 'zod/mini';

const schema = secret();

/** An option that names a secret, with the engine's own check. */
export function secretOption() {
  return z.pipe(
    z.custom<SecretSource>(),
    z.transform((value, context): Secret => {
      const result = schema['~standard'].validate(value);
      if (!(result instanceof Promise) && result.issues === undefined) return result.value;
      const issues = result instanceof Promise ? [] : (result.issues ?? []);
      // The path names a place below the value: whoever reports the issue shows what stands at the path, which may be the secret itself.
      for (const { message } of issues) context.issues.push({ code: 'custom', message, input: undefined, path: ['env'] });
      return z.NEVER;
    }),
  );
}
