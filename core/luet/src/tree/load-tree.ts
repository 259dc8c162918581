// Finds and reads every package below some roots. A folder with definition.yaml is one package, with collection.yaml several;
// names of folders mean nothing. A file that cannot be read costs only its own packages: its problems are in `problems`, the
// rest of the tree is usable. Recipes are kept as text; they are rendered per set of values.

import { compareBytes, compareCodeUnits } from '../order.ts';
import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { fingerprintName } from '../package/identity.ts';
import type { PackageDefinition } from '../package/definition.ts';
import type { Strictness } from '../decode.ts';
import type { ValueMap } from '../values/value.ts';
import { readObjects } from './read-objects.ts';
import type { GivenObject, GivenPackage } from './read-objects.ts';
import { readPackages } from './read-packages.ts';
import type { FolderPackages } from './read-packages.ts';
import { joinPath } from './reader.ts';
import type { TreeReader } from './reader.ts';
import { hasPackages, reasonOf, walkFolders } from './walk.ts';
import type { Folder } from './walk.ts';

export interface SourceText {
  readonly file: string;
  readonly text: string;
}

export interface TreePackage {
  readonly definition: PackageDefinition;
  /** `name-category-version` */
  readonly fingerprintName: string;
  /** The folder that is the package's build context, as the reader names it; undefined for a package of an object without one. */
  readonly dir: string | undefined;
  /** definition.yaml or collection.yaml; the file in which the object is made. */
  readonly file: string;
  /** The tree; for a package of an object the same as `file`. */
  readonly root: string;
  /** From a reference tree or a published one: it can be required, and is no target unless it is named. */
  readonly isReference: boolean;
  /** How the repository that it is from published it; undefined for a package of the trees of this build. */
  readonly published: PublishedSource | undefined;
  readonly isCollection: boolean;
  /** build.yaml; undefined for a package without recipe, whose runtime requirements are its build requirements, and for one of an object. */
  readonly recipe: SourceText | undefined;
  /** finalize.yaml; for a package of an object its text as repositories have it. */
  readonly finalizer: SourceText | undefined;
  /** Set for a package that an object describes instead of files: it needs no rendering. */
  readonly object: GivenPackage | undefined;
  /** What the package itself gives to templates: the weakest values. */
  readonly values: ValueMap;
}

/** What a package of a published tree is rendered with: its tags are those of the repository's own build. */
export interface PublishedSource {
  /** Name of the repository. */
  readonly repository: string;
  /** Stand for the values files of this build. */
  readonly values: ValueMap;
  /** Files of all folders called `templates` of the published tree; they stand before its recipes. */
  readonly templates: readonly SourceText[];
}

/** The trees of a repository. */
export interface PublishedTree {
  readonly root: string;
  readonly repository: string;
  /** Values that a package was published with, by its fingerprint name. */
  readonly valuesOf: (fingerprintName: string) => ValueMap;
}

export interface Tree {
  readonly roots: readonly string[];
  /** Reference trees and published ones. */
  readonly references: readonly string[];
  /** Unique by fingerprint name, in the order of loading. */
  readonly packages: readonly TreePackage[];
  /** Files of all folders called `templates`, in order; they stand before every recipe that is not of a published tree. */
  readonly templates: readonly SourceText[];
  /** Names, without category, of packages that are there and cannot be used; `problems` says why. Sorted. */
  readonly lost: readonly string[];
  readonly problems: readonly Problem[];
}

export interface LoadTreeOptions {
  /** Later roots win over earlier ones. */
  readonly roots: readonly string[];
  /** Trees of others, which give way to `roots`. Their packages can be required and are not meant when all packages are asked for. Default: none. */
  readonly references?: readonly string[];
  /** Trees of published repositories, which give way to all others, earlier ones to later ones. Default: none. */
  readonly published?: readonly PublishedTree[];
  /** Packages that objects describe. They win over all trees, later ones over earlier ones. Default: none. */
  readonly objects?: readonly GivenObject[];
  /** The folder that contexts of objects are relative to. Default: that of the reader. */
  readonly contexts?: string;
  readonly reader: TreeReader;
  /** What an unquoted number is where a name or a version is wanted: an error (`strict`, the default) or its text (`text`). */
  readonly unquoted?: Extract<Strictness, 'strict' | 'text'>;
}

export async function loadTree(options: LoadTreeOptions): Promise<Tree> {
  const { roots, references = [], published = [] } = options;
  const load = (isReference: boolean) => (root: string) => loadRoot(root, isReference, options);
  const loaded = await Promise.all([...published.map(loadPublished), ...references.map(load(true)), ...roots.map(load(false))]);

  async function loadPublished({ root, repository, valuesOf }: PublishedTree): Promise<LoadedRoot> {
    const { packages, templates, ...rest } = await loadRoot(root, true, options);
    // They are for its own packages alone: a template that two repositories define would be an error of both.
    return { ...rest, templates: [], packages: packages.map((one) => ({ ...one, published: { repository, values: valuesOf(one.fingerprintName), templates } })) };
  }
  const given = await readObjects(options);
  const { packages, notes } = dropDuplicates([...loaded.flatMap((one) => one.packages), ...given.packages]);
  return {
    roots,
    references: [...published.map(({ root }) => root), ...references],
    packages,
    templates: loaded.flatMap((one) => one.templates),
    lost: [...new Set([...loaded, given].flatMap((one) => one.lost))].toSorted(compareCodeUnits),
    problems: [...[...loaded, given].flatMap((one) => one.problems), ...notes],
  };
}

interface LoadedRoot extends FolderPackages {
  readonly templates: readonly SourceText[];
}

async function loadRoot(root: string, isReference: boolean, options: LoadTreeOptions): Promise<LoadedRoot> {
  const { folders, problems } = await walkFolders(root, options.reader);
  const found: Problem[] = [...problems];
  const read = async (file: string): Promise<SourceText | undefined> => {
    let text;
    try {
      text = await options.reader.readFile(file);
    } catch (error) {
      found.push(createProblem('error', 'LUET_READ_FAILED', `the file cannot be read: ${reasonOf(error)}`, { file }));
      return undefined;
    }
    if (text.length <= MAX_LENGTH) return { file, text };
    found.push(createProblem('error', 'LUET_YAML_TOO_LARGE', `the file has more than ${MAX_LENGTH} characters`, { file }));
    return undefined;
  };
  const unquoted = options.unquoted ?? 'strict';
  const packages = await mapInGroups(folders.filter((folder) => hasPackages(folder.files)), (folder) => readPackages({ folder, root, isReference, read, unquoted }));
  const templateFiles = folders.flatMap(templatesOf).toSorted(compareBytes);
  const templates = await Promise.all(templateFiles.map(read));
  return {
    packages: packages.flatMap((one) => one.packages),
    templates: templates.filter((one) => one !== undefined),
    lost: packages.flatMap((one) => one.lost).filter((name) => name !== ''),
    problems: [...found, ...packages.flatMap((one) => one.problems)],
  };
}

/** Some at once, for readers that take their time; not all, so that what is read of a large tree is not in memory all together. */
async function mapInGroups<From, To>(list: readonly From[], map: (one: From) => Promise<To>): Promise<To[]> {
  const found: To[] = [];
  for (let start = 0; start < list.length; start += GROUP) found.push(...(await Promise.all(list.slice(start, start + GROUP).map(map))));
  return found;
}

const GROUP = 32;

/** Far above any real file of a package, far below what takes noticeable time to read. */
const MAX_LENGTH = 4 * 1024 * 1024;

function templatesOf(folder: Folder): string[] {
  if (!folder.isTemplates) return [];
  return folder.files.filter((name) => /\.yaml$/i.test(name)).map((name) => joinPath(folder.path, name));
}

/** The last one loaded wins and takes the place in the order of its own loading. Trees are layers; in a list of objects it is rather a slip. */
function dropDuplicates(packages: readonly TreePackage[]): { packages: TreePackage[]; notes: Problem[] } {
  const winners = new Map<string, TreePackage>();
  const notes: Problem[] = [];
  for (const one of packages) {
    const earlier = winners.get(one.fingerprintName);
    if (earlier !== undefined) {
      notes.push(explainDuplicate(earlier, one));
      winners.delete(one.fingerprintName);
    }
    winners.set(one.fingerprintName, one);
  }
  return { packages: [...winners.values()], notes };
}

function explainDuplicate(earlier: TreePackage, one: TreePackage): Problem {
  const name = fingerprintName(one.definition);
  const { at } = one.definition;
  const related = [{ message: 'also defined here', location: earlier.definition.at }];
  const upstream = earlier.published?.repository;
  if (upstream !== undefined && one.published === undefined) {
    return createProblem('warning', 'LUET_UPSTREAM_REPLACED', `${name} is in the repository ${upstream}, too; this one wins, and is built here with everything that stands on it`, at, { related });
  }
  const isTwiceInProgram = earlier.object !== undefined && one.object !== undefined;
  const message = earlier.isReference && !one.isReference ? `${name} is in the reference tree ${earlier.root}, too; this one wins` : `${name} is defined twice; this one, loaded later, wins`;
  return createProblem(isTwiceInProgram ? 'warning' : 'note', 'LUET_DUPLICATE_PACKAGE', message, at, { related });
}
