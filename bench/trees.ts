import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { duration, shortestOf, type Figure } from './measure.ts';
import { writeTree, type Shape, type SyntheticTree } from './synthetic-tree.ts';
import { parseTree, planTree } from './tree-work.ts';

/** Load, render and solve synthetic trees, against reading and plainly parsing the same files. */
export async function benchTrees(): Promise<readonly Figure[]> {
  const small = await withTree(100, 'wide', timeTree);
  const middle = await withTree(1000, 'wide', timeTree);
  const large = await withTree(5000, 'wide', async (tree, shape) => ({ ...(await timeTree(tree, shape)), memory: peakMemory(tree) }));
  const line = await withTree(5000, 'line', timeTree);
  return [small.figure, middle.figure, large.figure, growth(middle, large), large.memory, line.figure];
}

interface Timed {
  readonly tree: SyntheticTree;
  readonly figure: Figure;
}

async function timeTree(tree: SyntheticTree, shape: Shape): Promise<Timed> {
  const { value, floor } = await shortestOf(tree.packages > 1000 ? 5 : tree.packages > 100 ? 9 : 30, {
    floor: () => void parseTree(tree.root),
    value: async () => void (await planTree(tree.root, tree.packages)),
  });
  const what = shape === 'line' ? `${tree.packages} packages, each on the one before` : `${tree.packages} packages`;
  return { tree, figure: duration(`load, render and solve ${what}`, value, floor) };
}

/** Cost of one package or one requirement in a large tree, against the same in a smaller one: 1 is linear growth. */
function growth(small: Timed, large: Timed): Figure {
  const cost = ({ tree, figure }: Timed): number => (figure.value * 1000) / (tree.packages + tree.edges);
  const name = `each package or requirement, ${large.tree.packages} packages against ${small.tree.packages}`;
  return { name, value: cost(large), unit: 'µs', floor: cost(small), ratio: cost(large) / cost(small) };
}

function peakMemory({ root, packages }: SyntheticTree): Figure {
  const program = fileURLToPath(new URL('./peak-memory.ts', import.meta.url));
  const peakOf = (what: string): number => Number(execFileSync(process.execPath, ['--conditions=source', program, what, root, String(packages)], { encoding: 'utf8' }));
  const value = peakOf('plan');
  const floor = peakOf('parse');
  return { name: `peak memory at ${packages} packages`, value, unit: 'MB', floor, ratio: value / floor };
}

async function withTree<T>(packages: number, shape: Shape, work: (tree: SyntheticTree, shape: Shape) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'cos-bench-tree-'));
  try {
    return await work(writeTree(root, packages, shape), shape);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
