// The folder that luet would read a package of an object from: the files of its context beside definition.yaml, build.yaml and
// finalize.yaml as they are written here. luet's tags are those of this folder, and repositories carry it for who builds on them.

import { writeTreeDefinition } from '../format/tree-definition.ts';
import type { BuildSpec } from '../package/build-spec.ts';
import { writeYaml } from '../yaml.ts';
import { plainCopy, plainReference, plainSubpackage, withoutEmpty } from './plain-parts.ts';
import type { ObjectPackage } from './read-package-object.ts';

/** Texts by the name of the file; without those of the context. */
export function writePackageFiles(one: ObjectPackage): ReadonlyMap<string, string> {
  const files = new Map([['definition.yaml', writeTreeDefinition(one.definition)]]);
  if (one.hasRecipe) files.set('build.yaml', escapeTemplate(formatRecipe(one.spec)));
  if (one.finalizer !== undefined) files.set('finalize.yaml', writeYaml(withoutEmpty({ ...one.finalizer })));
  return files;
}

/** A recipe as the text of a build.yaml that is rendered already. The same recipe gives the same text. */
export function formatRecipe(spec: BuildSpec): string {
  const recipe = withoutEmpty({
    image: spec.image,
    requires: spec.requires.map(plainReference),
    conflicts: spec.conflicts.map(plainReference),
    provides: spec.provides.map(plainReference),
    requires_final_images: spec.requiresFinalImages,
    copy: spec.copy.map(plainCopy),
    env: spec.env,
    prelude: spec.prelude,
    steps: spec.steps,
    unpack: spec.unpack,
    package_dir: spec.packageDir,
    includes: spec.includes,
    excludes: spec.excludes,
    retrieve: spec.retrieve,
    subpackages: spec.subpackages.map(plainSubpackage),
    seed: spec.seed,
  });
  return Object.keys(recipe).length === 0 ? '' : writeYaml(recipe);
}

/** luet renders every build.yaml: what looks like an action has to print itself. */
function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{`{{`}}');
}
