import type { HashedSpec, Identity } from '@cos/luet';
import * as z from 'zod/mini';
import { fail } from '../errors.ts';
import { parseJson } from '../parse-json.ts';

// The rendered recipe of one package, as far as luet's tags depend on it: all of it.

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
  /** Items of `copy` that mean nothing, with their places among the others. */
  unmeantCopy: z._default(z.array(z.object({ index: z.int(), ...copyItem })), []),
  retrieve: texts,
  unpack: flag,
  packageDir: text,
  includes: texts,
  excludes: texts,
});

/** Parses the JSON text of a recipe. Throws COS_DOCKER_RECIPE_FORM. */
export function parseHashedRecipe(json: string): HashedSpec & Identity {
  const read = parseJson(json, form);
  if (!read.ok) return fail('COS_DOCKER_RECIPE_FORM', 'A recipe is not a package recipe of format 1.', { notes: [{ message: read.reason }] });
  const { copy, unmeantCopy, ...rest } = read.value;
  const items = [...copy];
  for (const item of unmeantCopy.toSorted((a, b) => a.index - b.index)) items.splice(item.index, 0, item);
  return {
    ...rest,
    copy: items.map(({ image, package: origin, source, destination }) => ({ source, destination, ...(image === undefined ? {} : { image }), ...(origin === undefined ? {} : { package: origin }) })),
  };
}
