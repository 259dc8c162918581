import * as z from 'zod/mini';
import { fail } from './errors.ts';
import { parseJson } from './parse-json.ts';

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
  const read = parseJson(text, recipeForm);
  return read.ok ? read.value : fail('COS_DOCKER_RECIPE_FORM', 'The input "recipe" is not a package recipe of format 1.', { notes: [{ message: read.reason }] });
}
