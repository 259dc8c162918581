// The packages of one folder.

import { Decoder, isNull } from '../decode.ts';
import type { Strictness } from '../decode.ts';
import { createProblem, isError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { readDefinition } from '../package/definition.ts';
import { fingerprintName } from '../package/identity.ts';
import { NO_VALUES } from '../values/value.ts';
import { valuesFromCollection, valuesFromYaml } from '../values/read-values.ts';
import { parseYaml } from '../yaml.ts';
import type { YamlMapping, YamlNode } from '../yaml.ts';
import type { SourceText, TreePackage } from './load-tree.ts';
import { joinPath } from './reader.ts';
import type { Folder } from './walk.ts';

interface FolderInput {
  readonly folder: Folder;
  readonly root: string;
  readonly isReference: boolean;
  /** Undefined when the file cannot be read; the problem is reported by then. */
  readonly read: (file: string) => Promise<SourceText | undefined>;
  readonly unquoted: Extract<Strictness, 'strict' | 'text'>;
}

export interface FolderPackages {
  readonly packages: readonly TreePackage[];
  /** Names of packages that are in the folder and unusable, as far as they can be told. */
  readonly lost: readonly string[];
  readonly problems: readonly Problem[];
}

export async function readPackages({ folder, root, isReference, read, unquoted }: FolderInput): Promise<FolderPackages> {
  const has = (name: string): boolean => folder.files.includes(name);
  const open = async (name: string): Promise<SourceText | undefined> => (has(name) ? await read(joinPath(folder.path, name)) : undefined);
  const [definition, collection, recipe, finalizer] = await Promise.all(
    ['definition.yaml', 'collection.yaml', 'build.yaml', 'finalize.yaml'].map(open),
  );
  const problems: Problem[] = [];
  const packages: TreePackage[] = [];
  const lost: string[] = [];
  const shared = { dir: folder.path, root, isReference, published: undefined, recipe, finalizer, object: undefined };
  const add = (node: YamlNode, file: string, isCollection: boolean): void => {
    const result = readDefinition(node, unquoted);
    problems.push(...result.problems);
    if (result.definition === undefined) {
      lost.push(result.name);
      return;
    }
    const values = node.kind !== 'mapping' ? NO_VALUES : isCollection ? valuesFromCollection(node) : valuesFromYaml(node);
    packages.push({ ...shared, definition: result.definition, fingerprintName: fingerprintName(result.definition), file, isCollection, values });
  };
  if (definition !== undefined) {
    const node = readRoot(definition, problems);
    if (node === undefined) lost.push(...guessNames(definition.text));
    else add(node, definition.file, false);
  }
  if (collection !== undefined) {
    const nodes = readCollection(collection, problems);
    if (nodes === undefined) lost.push(...guessNames(collection.text));
    for (const node of nodes ?? []) add(node, collection.file, true);
    if (!has('build.yaml') && nodes !== undefined) {
      const hint = 'an empty build.yaml makes packages that only require others';
      problems.push(createProblem('error', 'LUET_NO_RECIPE', 'a collection needs a build.yaml beside it', { file: collection.file, line: 1, column: 1 }, { hint }));
    }
  }
  // A recipe that exists and cannot be read is no absent recipe: with none the package would change its meaning.
  const isUnbuildable = (one: TreePackage): boolean => one.recipe === undefined && (has('build.yaml') || one.isCollection);
  const isUnread = (has('definition.yaml') && definition === undefined) || (has('collection.yaml') && collection === undefined);
  return {
    packages: packages.filter((one) => !isUnbuildable(one)),
    lost: [...lost, ...packages.filter(isUnbuildable).map((one) => one.definition.name), ...(isUnread ? [baseName(folder.path)] : [])],
    problems,
  };
}

function readRoot(source: SourceText, problems: Problem[]): YamlNode | undefined {
  const document = parseYaml(source);
  problems.push(...document.problems);
  if (document.problems.some(isError)) return undefined;
  if (document.root === undefined) {
    problems.push(createProblem('error', 'LUET_MISSING_KEY', 'the file is empty', { file: source.file, line: 1, column: 1 }));
  }
  return document.root;
}

/** Undefined when it is no collection at all. */
function readCollection(source: SourceText, problems: Problem[]): readonly YamlNode[] | undefined {
  const root = readRoot(source, problems);
  if (root === undefined) return undefined;
  const decoder = new Decoder('strict', problems);
  const mapping = decoder.mapping(root, 'a collection');
  if (mapping === undefined) return undefined;
  const entry = findPackages(mapping);
  if (entry === undefined) {
    const hint = 'write the packages as a list below "packages:"';
    problems.push(createProblem('error', 'LUET_MISSING_KEY', 'the collection has no key "packages"', root.at, { hint }));
    return undefined;
  }
  return decoder.sequence(entry, 'packages').filter((node) => !isNull(node));
}

function findPackages(mapping: YamlMapping): YamlNode | undefined {
  return mapping.entries.find(({ key }) => key.text.toLowerCase() === 'packages')?.value;
}

/** Names in a text that is no YAML, so that nobody is told of packages that are missing only because of that. */
function guessNames(text: string): string[] {
  return [...text.slice(0, MAX_GUESSED).matchAll(/(?:^|[\s{,])name\s*:\s*["']?([A-Za-z0-9_][A-Za-z0-9._+@-]*)/gi)].map((match) => match[1] ?? '');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

const MAX_GUESSED = 100_000;
