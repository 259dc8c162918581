import type { TrackedReader } from '@cos/core';
import { readClientFile, type Problem, type RepositorySource } from '@cos/luet';

export interface FoundRepositories {
  readonly repositories: readonly RepositorySource[];
  readonly problems: readonly Problem[];
}

const FILE = '.luet.yaml';

/**
 * The repositories that the trees build on: those of the files `.luet.yaml` beside each tree and in it, in the order of the trees, each file once.
 */
export async function findRepositories(trees: readonly string[], { read, glob }: Pick<TrackedReader, 'read' | 'glob'>): Promise<FoundRepositories> {
  const files = [...new Set(trees.flatMap((tree) => [[...tree.split('/').slice(0, -1), FILE].join('/'), tree === '.' ? FILE : `${tree}/${FILE}`]))];
  const found = await Promise.all(
    files.map(async (file) => {
      // A glob asks for the file without reading it when it is not there.
      const [present] = await glob(escapePattern(file));
      return present === undefined ? { repositories: [], folders: undefined, problems: [] } : readClientFile(await read(file), file);
    }),
  );
  return { repositories: found.flatMap((one) => one.repositories), problems: found.flatMap((one) => one.problems) };
}

function escapePattern(path: string): string {
  return path.replace(/[()[\]{}!*?+@|\\]/g, String.raw`\$&`);
}
