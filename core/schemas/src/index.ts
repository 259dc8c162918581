// What other packages may use.

export { readPackageRecipe } from './package-recipe.ts';
export type { PackageRecipeData, ReadPackageRecipeResult } from './package-recipe.ts';
export { secretOption } from './secret-option.ts';
export { trustOption } from './trust-option.ts';
