import { formatProblem, isError, loadTree, type PackageDefinition, type Tree } from '@cos/luet';
import { fail } from './errors.ts';

/** Which package is looked for. */
export interface Identity {
  readonly category: string;
  readonly name: string;
  readonly version: string;
}

/**
 * The package in the text of a definition.yaml or a collection.yaml. Throws COS_SQUASH_DEFINITION when it is not there; problems of other packages in a
 * collection are no concern of this one.
 */
export async function readPackageDefinition(text: string, wanted: Identity): Promise<PackageDefinition> {
  const alone = await readTree(new Map([['definition.yaml', text]]));
  // A collection without a recipe is no package tree; which recipe it is does not matter here.
  const listed = await readTree(new Map([['collection.yaml', text], ['build.yaml', '']]));
  for (const { definition } of [...alone.packages, ...listed.packages]) {
    if (definition.category === wanted.category && definition.name === wanted.name && definition.version === wanted.version) return definition;
  }
  const problems = listed.packages.length > 0 ? listed.problems : alone.problems;
  return fail('COS_SQUASH_DEFINITION', `The input "definition" does not hold the package ${wanted.category}/${wanted.name}@${wanted.version}.`, {
    notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })),
  });
}

async function readTree(files: ReadonlyMap<string, string>): Promise<Tree> {
  return loadTree({
    roots: ['.'],
    reader: {
      list: async () => [...files.keys()].map((name) => ({ name, kind: 'file' })),
      readFile: async (path) => files.get(path) ?? '',
    },
  });
}
