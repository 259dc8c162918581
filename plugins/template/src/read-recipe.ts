import { CosError } from '@cos/core';
import type { HashedSpec, Identity } from '@cos/luet';
import { readPackageRecipe } from '@cos/schemas';

/** Reads what `writeRecipe` wrote, as far as luet's tags depend on it: all of it. Throws COS_TEMPLATE_RECIPE. */
export function readRecipe(json: string): HashedSpec & Identity {
  const read = readPackageRecipe(json);
  if (!read.ok) {
    throw new CosError({
      code: 'COS_TEMPLATE_RECIPE',
      severity: 'error',
      message: 'The input "recipe" is not a package recipe of format 1.',
      notes: read.reasons.map((message) => ({ message })),
      hint: 'Give what a stage of the template plugin made as `recipe`.',
    });
  }
  const { copy, unmeantCopy, ...rest } = read.recipe;
  const items = [...copy];
  for (const item of unmeantCopy.toSorted((a, b) => a.index - b.index)) items.splice(item.index, 0, item);
  return {
    ...rest,
    copy: items.map(({ image, package: origin, source, destination }) => ({ source, destination, ...(image === undefined ? {} : { image }), ...(origin === undefined ? {} : { package: origin }) })),
  };
}
