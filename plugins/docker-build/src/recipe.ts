import * as z from 'zod/mini';
import { fail } from './errors.ts';

// The rendered recipe of one package, as far as building its images needs it. Further fields are for others and are passed over.

const texts = z._default(z.array(z.string()), []);

const copyItem = z.object({
  /** Reference of an image; undefined where the files come from a package. */
  image: z.optional(z.string()),
  source: z.string(),
  destination: z.string(),
  /** Which image of the input `copies` the files come from; default: the item's own position in the list. */
  index: z.optional(z.int().check(z.nonnegative())),
});

const recipeForm = z.object({
  format: z.literal(1),
  category: z.string(),
  name: z.string(),
  version: z.string(),
  prelude: texts,
  steps: texts,
  env: texts,
  retrieve: texts,
  copy: z._default(z.array(copyItem), []),
  requiresFinalImages: z._default(z.boolean(), false),
});

export type Recipe = z.output<typeof recipeForm>;

/** Parses the JSON text of a recipe. Throws COS_DOCKER_RECIPE_FORM. */
export function parseRecipe(text: string): Recipe {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    return fail('COS_DOCKER_RECIPE_FORM', 'The input "recipe" is not JSON.', { cause });
  }
  const result = z.safeParse(recipeForm, given);
  if (result.success) return result.data;
  const notes = result.error.issues.map((issue) => ({ message: `${issue.path.length === 0 ? 'the recipe' : issue.path.join('.')}: ${issue.message}` }));
  return fail('COS_DOCKER_RECIPE_FORM', 'The input "recipe" is not a package recipe of format 1.', { notes });
}
