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
import type { YamlNode } from '../yaml.ts';
import type { SourceText, TreePackage } from './load-tree.ts';
import { joinPath } from './reader.ts';
import type { Folder } from './walk.ts';

interface FolderInput {
  readonly folder: Folder;
  readonly root: string;
  /** Undefined when the file cannot be read; the problem is reported by then. */
  readonly read: (file: string) => Promise<SourceText | undefined>;
  readonly unquoted: Exclude<Strictness, 'lenient'>;
}

interface FolderPackages {
  readonly packages: readonly TreePackage[];
  readonly problems: readonly Problem[];
}

export async function readPackages({ folder, root, read, unquoted }: FolderInput): Promise<FolderPackages> {
  const has = (name: string): boolean => folder.files.includes(name);
  const open = async (name: string): Promise<SourceText | undefined> => (has(name) ? await read(joinPath(folder.path, name)) : undefined);
  const [definition, collection, recipe, finalizer] = await Promise.all(
    ['definition.yaml', 'collection.yaml', 'build.yaml', 'finalize.yaml'].map(open),
  );
  // A recipe that exists and cannot be read is no absent recipe: without this the package would change its meaning.
  if (has('build.yaml') && recipe === undefined) return { packages: [], problems: [] };
  const shared = { dir: folder.path, root, recipe, finalizer };
  const problems: Problem[] = [];
  const packages: TreePackage[] = [];
  const add = (node: YamlNode, file: string, isCollection: boolean): void => {
    const result = readDefinition(node, unquoted);
    problems.push(...result.problems);
    if (result.definition === undefined) return;
    const values = node.kind !== 'mapping' ? NO_VALUES : isCollection ? valuesFromCollection(node) : valuesFromYaml(node);
    const name = fingerprintName(result.definition);
    packages.push({ ...shared, definition: result.definition, fingerprintName: name, file, isCollection, values });
  };
  if (definition !== undefined) {
    const root = readRoot(definition, problems);
    if (root !== undefined) add(root, definition.file, false);
  }
  if (collection !== undefined) {
    for (const node of readCollection(collection, problems)) add(node, collection.file, true);
    if (recipe === undefined) {
      const hint = 'an empty build.yaml makes packages that only require others';
      problems.push(createProblem('error', 'LUET_NO_RECIPE', 'a collection needs a build.yaml beside it', { file: collection.file }, { hint }));
      return { packages: packages.filter((one) => !one.isCollection), problems };
    }
  }
  return { packages, problems };
}

function readRoot(source: SourceText, problems: Problem[]): YamlNode | undefined {
  const document = parseYaml(source);
  problems.push(...document.problems);
  if (document.problems.some(isError)) return undefined;
  if (document.root === undefined) {
    problems.push(createProblem('error', 'LUET_MISSING_KEY', 'the file is empty', { file: source.file }));
  }
  return document.root;
}

function readCollection(source: SourceText, problems: Problem[]): readonly YamlNode[] {
  const root = readRoot(source, problems);
  if (root === undefined) return [];
  const decoder = new Decoder('strict', problems);
  const entry = decoder.mapping(root, 'a collection')?.entries.find(({ key }) => key.text === 'packages');
  if (entry === undefined) {
    const hint = 'write the packages as a list below "packages:"';
    problems.push(createProblem('error', 'LUET_MISSING_KEY', 'the collection has no key "packages"', root.at, { hint }));
    return [];
  }
  return decoder.sequence(entry.value, 'packages').filter((node) => !isNull(node));
}
