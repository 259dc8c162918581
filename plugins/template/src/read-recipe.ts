import { CosError } from '@cos/core';
import type { HashedSpec, Identity } from '@cos/luet';
import * as z from 'zod/mini';

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

/** Reads what `writeRecipe` wrote. Throws COS_TEMPLATE_RECIPE. */
export function readRecipe(json: string): HashedSpec & Identity {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    throw unread(['it is no JSON'], cause);
  }
  const read = z.safeParse(form, given);
  if (!read.success) throw unread(read.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`)));
  const { copy, unmeantCopy, ...rest } = read.data;
  const items = [...copy];
  for (const item of unmeantCopy.toSorted((a, b) => a.index - b.index)) items.splice(item.index, 0, item);
  return {
    ...rest,
    copy: items.map(({ image, package: origin, source, destination }) => ({ source, destination, ...(image === undefined ? {} : { image }), ...(origin === undefined ? {} : { package: origin }) })),
  };
}

function unread(reasons: readonly string[], cause?: unknown): CosError {
  const diagnostic = {
    code: 'COS_TEMPLATE_RECIPE',
    severity: 'error',
    message: 'The input "recipe" is not a package recipe of format 1.',
    notes: reasons.map((message) => ({ message })),
    hint: 'Give what a stage of the template plugin made as `recipe`.',
  } as const;
  return new CosError(diagnostic, { cause });
}
