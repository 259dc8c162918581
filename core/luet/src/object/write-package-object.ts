// A package that was read from an object, as the plainest object that says the same: what is absent or a default is left out, references
// have their three parts. So two ways to write one package are equal as data. The folder of the context is left out: it is no data.

import { toSortedObject } from '../format/record.ts';
import { plainCopy, plainReference, plainSubpackage, withoutEmpty } from './plain-parts.ts';
import type { ObjectPackage } from './read-package-object.ts';

/** Reading it again gives the same package, without a folder. */
export function writePackageObject({ definition, spec, hasRecipe, finalizer, files }: ObjectPackage): Readonly<Record<string, unknown>> {
  const { category, name, version } = definition;
  const build = {
    ...withoutEmpty({ image: spec.image }),
    // An empty list is a recipe without requirements; no list at all may be no recipe.
    requires: spec.requires.map(plainReference),
    ...withoutEmpty({
      conflicts: spec.conflicts.map(plainReference),
      requiresFinalImages: spec.requiresFinalImages,
      copy: spec.copy.map(plainCopy),
      env: spec.env,
      prelude: spec.prelude,
      steps: spec.steps,
      unpack: spec.unpack,
      packageDir: spec.packageDir,
      includes: spec.includes,
      excludes: spec.excludes,
      retrieve: spec.retrieve,
      subpackages: spec.subpackages.map(plainSubpackage),
      seed: spec.seed,
    }),
  };
  return {
    category,
    name,
    version,
    ...(hasRecipe ? build : {}),
    ...withoutEmpty({
      runtime: withoutEmpty({ requires: definition.requires.map(plainReference), conflicts: definition.conflicts.map(plainReference) }),
      provides: definition.provides.map(plainReference),
      hidden: definition.hidden,
      labels: toSortedObject(definition.labels),
      annotations: toSortedObject(definition.annotations),
      description: definition.description,
      license: definition.license,
      uri: definition.uri,
      useFlags: definition.useFlags,
      files: toSortedObject(files),
    }),
    ...(finalizer === undefined ? {} : { finalizer: withoutEmpty({ ...finalizer }) }),
  };
}
