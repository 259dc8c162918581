// Parts of a recipe as plain data, with nothing in it that is absent or a default.

import { toSortedObject } from '../format/record.ts';
import type { CopyItem, Subpackage } from '../package/build-spec-parts.ts';
import type { PackageReference } from '../package/reference.ts';

export function plainReference({ category, name, version }: PackageReference): Readonly<Record<string, string>> {
  return { category, name, version };
}

export function plainCopy({ package: origin, image, source, destination }: CopyItem): Readonly<Record<string, unknown>> {
  return { ...(origin === undefined ? { image } : { package: plainReference(origin) }), source, destination };
}

export function plainSubpackage(one: Subpackage): Readonly<Record<string, unknown>> {
  const { category, name, version, hidden, description, license, includes, excludes } = one;
  return {
    category,
    name,
    version,
    ...withoutEmpty({
      requires: one.requires.map(plainReference),
      conflicts: one.conflicts.map(plainReference),
      provides: one.provides.map(plainReference),
      hidden,
      description,
      license,
      labels: toSortedObject(one.labels),
      annotations: toSortedObject(one.annotations),
      includes,
      excludes,
    }),
  };
}

/** Without what is absent: empty texts, lists and maps, and flags that are not set. */
export function withoutEmpty(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isEmpty = (value: unknown): boolean => value === '' || value === false || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
