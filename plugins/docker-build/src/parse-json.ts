import * as z from 'zod/mini';

/** What a JSON text says, checked against a schema; else why it says nothing, in one line. */
export function parseJson<S extends z.core.$ZodType>(text: string, schema: S): { readonly ok: true; readonly value: z.output<S> } | { readonly ok: false; readonly reason: string } {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: `it is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const result = z.safeParse(schema, given);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, reason: result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)).join('; ') };
}
