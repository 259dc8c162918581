import * as z from 'zod/mini';

// The rendered recipe of one package, as the kind `package-recipe` holds it: JSON of format 1.

const texts = z._default(z.array(z.string()), []);
const text = z._default(z.string(), '');
const flag = z._default(z.boolean(), false);
const reference = z.object({ category: z.string(), name: z.string(), version: z.string() });

const copyItem = { image: z.optional(z.string()), package: z.optional(reference), source: z.string(), destination: z.string() };

const form = z.object({
  format: z.literal(1),
  category: z.string(),
  name: z.string(),
  version: z.string(),
  image: text,
  seed: text,
  requires: z._default(z.array(reference), []),
  requiresFinalImages: flag,
  prelude: texts,
  steps: texts,
  env: texts,
  copy: z._default(z.array(z.object(copyItem)), []),
  /** Items of `copy` that mean nothing, with their places among the others: luet's tags have them. */
  unmeantCopy: z._default(z.array(z.object({ index: z.int(), ...copyItem })), []),
  retrieve: texts,
  unpack: flag,
  packageDir: text,
  includes: texts,
  excludes: texts,
});

export type PackageRecipeData = z.output<typeof form>;

export type ReadPackageRecipeResult = { readonly ok: true; readonly recipe: PackageRecipeData } | { readonly ok: false; readonly reasons: readonly string[] };

/** Reads the text of a recipe; `reasons`: everything that is wrong with it. */
export function readPackageRecipe(json: string): ReadPackageRecipeResult {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (error) {
    return { ok: false, reasons: [`it is no JSON: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const read = z.safeParse(form, given);
  if (read.success) return { ok: true, recipe: read.data };
  return { ok: false, reasons: read.error.issues.map(({ path, message }) => `${path.length === 0 ? 'the recipe' : path.join('.')}: ${message}`) };
}
