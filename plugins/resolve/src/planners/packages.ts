import { CosError, createDefinePlanner, noOptions } from '@cos/core';
import { createGoTemplateRender, loadTree, planPackages, valuesFromJson, type TreeReader } from '@cos/luet';
import * as z from 'zod/mini';
import { toDiagnostic } from '../diagnostic.ts';
import { describePlan } from '../resolved-tree.ts';

const options = z.object({
  /** Folders below the workspace; of two equal packages the later tree's wins. */
  trees: z.array(z.string()).check(z.minLength(1)),
  /** Package strings (`app/x`, `app/x@>=1.0`), or every package of the trees. */
  targets: z.union([z.literal('all'), z.array(z.string())]),
  values: z.record(z.string(), z.json()),
  /** `debian`: one order for choosing and matching. `legacy`: matching of luet up to 0.36. */
  versions: z._default(z.enum(['debian', 'legacy']), 'debian'),
  /** `presence`: a key that is there wins. `luet`: empty values never override. */
  valuesMerge: z._default(z.enum(['presence', 'luet']), 'presence'),
  engine: z._default(z.enum(['luet', 'helm']), 'luet'),
});

/**
 * Reads trees and plans packages. Every recipe is rendered with the values before anything is solved, because requirements may depend on them. All
 * problems are reported together; problems of packages that the targets do not need are warnings.
 */
export const packages = createDefinePlanner(noOptions)({
  description: 'read the package trees and decide what is built in which order',
  options,
  async plan({ options, read, list, report }) {
    const texts = new Map<string, string>();
    const reader: TreeReader = {
      async readFile(path) {
        const text = await plainly(() => read(path));
        texts.set(path, text);
        return text;
      },
      list: async (path) => (await plainly(() => list(path))).map(({ name, type }) => ({ name, kind: type })),
    };
    const tree = await loadTree({ roots: options.trees, reader });
    const render = createGoTemplateRender({ engine: options.engine });
    const plan = planPackages({ tree, targets: options.targets, values: [valuesFromJson(options.values)], merge: options.valuesMerge, matching: options.versions, render });
    const source = (file: string): string | undefined => texts.get(file);
    for (const problem of plan.warnings) if (problem.severity === 'warning') report(toDiagnostic(problem, source));
    for (const problem of plan.unrelated) if (problem.severity !== 'note') report({ ...toDiagnostic(problem, source), severity: 'warning' });
    if (plan.problems.length > 0) throw new CosError(plan.problems.map((problem) => toDiagnostic(problem, source)));
    return describePlan(plan, tree);
  },
});

/** A path that cannot be read is a problem of the tree, told with its own code: of the reader's failure only the sentence counts. */
async function plainly<T>(reading: () => Promise<T>): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    throw new Error(error.diagnostics.map(({ message }) => message).join(' '), { cause: error });
  }
}
