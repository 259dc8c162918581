import * as z from 'zod/mini';
import { fail } from './errors.ts';

// The rendered recipe of one package, as far as its archive and its metadata tell of it.

const texts = z._default(z.array(z.string()), []);
const text = z._default(z.string(), '');
const flag = z._default(z.boolean(), false);

const reference = z.object({ category: z.string(), name: z.string(), version: z.string() });

const copyItem = { image: z.optional(z.string()), package: z.optional(reference), source: z.string(), destination: z.string() };

const recipeForm = z.object({
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
  retrieve: texts,
  unpack: flag,
  packageDir: text,
  includes: texts,
  excludes: texts,
});

export type Recipe = z.output<typeof recipeForm>;

/** Parses the JSON text of a recipe. Throws COS_SQUASH_RECIPE_FORM. */
export function parseRecipe(json: string): Recipe {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    return fail('COS_SQUASH_RECIPE_FORM', 'The input "recipe" is not JSON.', { cause });
  }
  const result = z.safeParse(recipeForm, given);
  if (result.success) return result.data;
  const notes = result.error.issues.map((issue) => ({ message: `${issue.path.length === 0 ? 'the recipe' : issue.path.join('.')}: ${issue.message}` }));
  return fail('COS_SQUASH_RECIPE_FORM', 'The input "recipe" is not a package recipe of format 1.', { notes });
}

/**
 * What an archive holds. `empty`: nothing, for packages that only name others, also when they have a prelude. `delta`: what the steps added.
 * `unpack`: the whole root filesystem. `package-dir`: the content of a folder.
 */
export type Content = 'empty' | 'delta' | 'unpack' | 'package-dir';

export function contentOf({ steps, unpack, packageDir }: Recipe): Content {
  if (packageDir !== '') return 'package-dir';
  if (unpack) return 'unpack';
  return steps.length === 0 ? 'empty' : 'delta';
}

/** How messages name the package. */
export function nameOf({ category, name, version }: Pick<Recipe, 'category' | 'name' | 'version'>): string {
  return `${category}/${name}-${version}`;
}
