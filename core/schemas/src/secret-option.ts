import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as z from 'zod/mini';

/** An option that names a secret. `schema`: the engine's own check of it, `secret()` of @cos/core, which this library does not know; it checks at once, without waiting. */
export function secretOption<Input, Output>(schema: StandardSchemaV1<Input, Output>) {
  return z.pipe(
    z.custom<Input>(),
    z.transform((value, context): Output => {
      const result = schema['~standard'].validate(value);
      if (result instanceof Promise) throw new TypeError('Internal error: the schema of an option waits for something');
      if (result.issues === undefined) return result.value;
      // The path names a place below the value: whoever reports the issue shows what stands at the path, which may be the secret itself.
      for (const { message } of result.issues) context.issues.push({ code: 'custom', message, input: undefined, path: ['env'] });
      return z.NEVER;
    }),
  );
}
