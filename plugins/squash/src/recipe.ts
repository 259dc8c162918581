import { readPackageRecipe, type PackageRecipeData } from '@cos/schemas';
import { fail } from './errors.ts';

// The rendered recipe of one package, as far as its archive and its metadata tell of it.

export type Recipe = PackageRecipeData;

/** Parses the JSON text of a recipe. Throws COS_SQUASH_RECIPE_FORM. */
export function parseRecipe(json: string): Recipe {
  const read = readPackageRecipe(json);
  return read.ok ? read.recipe : fail('COS_SQUASH_RECIPE_FORM', 'The input "recipe" is not a package recipe of format 1.', { notes: read.reasons.map((message) => ({ message })) });
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
