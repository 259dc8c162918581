// What a rendered recipe means, and what is wrong with it though every key is right.

import { createProblem, wordFor } from '../problem.ts';
import type { Location, Problem } from '../problem.ts';
import type { BuildSpec } from './build-spec.ts';
import { checkPatterns } from './check-patterns.ts';
import { formatReference } from './reference.ts';

/**
 * - `image`: built from a named image; its requirements order and tag it, but are not below it.
 * - `requires`: built on the package image of the element before it in the chain.
 * - `final`: built on an image put together from the archives of its requirements.
 * - `virtual`: nothing to build; its archive is empty.
 */
export type PackageKind = 'virtual' | 'image' | 'requires' | 'final';

export function kindOf(spec: Pick<BuildSpec, 'image' | 'requires' | 'requiresFinalImages'>): PackageKind {
  if (spec.requiresFinalImages) return 'final';
  if (spec.image !== '') return 'image';
  return spec.requires.length > 0 ? 'requires' : 'virtual';
}

/**
 * What the archive of a package holds: everything (`unpack`), one folder (`directory`), what its steps added (`delta`), or
 * nothing, because nothing is built or no step could add anything.
 */
export type ArchiveContent = 'unpack' | 'directory' | 'delta' | 'empty';

export function archiveContentOf(spec: BuildSpec): ArchiveContent {
  if (spec.packageDir !== '') return 'directory';
  if (spec.unpack) return 'unpack';
  return spec.steps.length > 0 ? 'delta' : 'empty';
}

/** `start`: where the recipe begins. */
export function checkBuildSpec(name: string, spec: BuildSpec, start: Location): Problem[] {
  const problems: Problem[] = [];
  const at = (path: string): Location => spec.positions.get(path) ?? start;
  const word = (path: string): string => wordFor(spec.positions.get(path), path);
  const isBuilt = spec.steps.length > 0 || archiveContentOf(spec) !== 'empty';
  if (kindOf(spec) === 'virtual' && isBuilt) {
    const message = `${name} is invalid: package has no dependencies and no seed image supplied while it has steps defined`;
    const expected = 'one of image, requires';
    problems.push(createProblem('error', 'LUET_NO_PARENT', message, at('steps'), { expected, ...(start.field === undefined ? { hint: 'a template condition may have left out both' } : {}) }));
  } else if (kindOf(spec) === 'virtual' && spec.prelude.length > 0) {
    problems.push(createProblem('warning', 'LUET_NO_EFFECT', 'a prelude without steps, image or requires is never run', at('prelude')));
  }
  if (spec.requiresFinalImages && spec.requires.length === 0) {
    const message = `${name} is to be built on the archives of its requirements and has none`;
    problems.push(createProblem('error', 'LUET_NO_PARENT', message, at('requires_final_images'), { expected: 'at least one entry in requires' }));
  }
  if (spec.requiresFinalImages && spec.image !== '') {
    problems.push(createProblem('warning', 'LUET_NO_EFFECT', `"image" has no effect beside ${word('requires_final_images')}`, at('image')));
  }
  if (spec.packageDir !== '' && (!spec.packageDir.startsWith('/') || hasParents(spec.packageDir))) {
    const details = { expected: 'an absolute path without ".."', found: spec.packageDir };
    problems.push(createProblem('error', 'LUET_BAD_PACKAGE_DIR', `${word('package_dir')} must be absolute`, at('package_dir'), details));
  }
  for (const [index, glob] of spec.retrieve.entries()) {
    if (!glob.startsWith('/') && !hasParents(glob)) continue;
    const details = { expected: 'a name or pattern below the folder of the archives', found: glob };
    problems.push(createProblem('error', 'LUET_BAD_PATH', `retrieve[${index}] leads out of the folder of the archives`, at(`retrieve[${index}]`), details));
  }
  problems.push(...checkPatterns(spec, at));
  for (const [index, item] of spec.copy.entries()) {
    if (item.package === undefined || item.package.version !== '') continue;
    const message = `copy[${index}] names ${formatReference(item.package)} without a version, so nothing is copied`;
    problems.push(createProblem('warning', 'LUET_NO_EFFECT', message, item.package.at ?? item.at, { hint: 'write version: ">=0"' }));
  }
  for (const [index, line] of spec.env.entries()) {
    if (/^[A-Za-z_][A-Za-z0-9_]*=/.test(line)) continue;
    const details = { expected: 'NAME=value', found: line };
    problems.push(createProblem('warning', 'LUET_WRONG_TYPE', `env[${index}] is not of the form NAME=value`, at(`env[${index}]`), details));
  }
  return problems;
}

function hasParents(path: string): boolean {
  return path.split('/').includes('..');
}
