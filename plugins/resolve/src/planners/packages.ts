import { CosError } from '@cos/core';
import { createGoTemplateRender, loadTree, planPackages, valuesFromJson, type TreeReader } from '@cos/luet';
import * as z from 'zod/mini';
import { toObjects } from '../declared-packages.ts';
import { checkRecipes } from '../check-recipes.ts';
import { toDiagnostic } from '../diagnostic.ts';
import { declaredVariables, definePlanner } from '../options.ts';
import { findRepositories } from '../repositories.ts';
import { openPublished, unknownValues } from '../upstream/open-published.ts';
import { describePlan } from '../resolved-tree.ts';

const options = z.object({
  /** Folders below the workspace; of two equal packages the later tree's wins. */
  trees: z.array(z.string()),
  /** Folders of packages that can be required and are not meant by `all`; equal packages of `trees` win. */
  referenceTrees: z._default(z.array(z.string()), []),
  /** Published repositories, as the pin `repository` answers them; everything else wins over them. Of equal packages that of the lower priority wins, then of the first. */
  repositories: z._default(z.array(z.object({ name: z.string(), files: z.string(), priority: z._default(z.int(), 0) })), []),
  /** Packages that the config declares (`packages` of the target's context); they win over those of trees. */
  packages: z._default(z.array(z.object({ data: z.unknown(), declaredAt: z.optional(z.string()) })), []),
  /** Package strings (`app/x`, `app/x@>=1.0`), every package of `trees`, or of those the ones that no other one is built with. */
  targets: z.union([z.enum(['all', 'tops']), z.array(z.string())]),
  /** True: also the packages of `trees` whose builds read a target. */
  dependents: z._default(z.boolean(), false),
  /** Whose archives are wanted; `own`: each package that is not of a reference tree is planned for itself, not only as it stands below another. */
  archives: z._default(z.enum(['targets', 'own']), 'targets'),
  /** Packages whose archives are to be laid over each other, with everything that they need at run time. Default: none. */
  install: z._default(z.union([z.literal('all'), z.array(z.string())]), []),
  values: z.record(z.string(), z.json()),
  /** `debian`: one order for choosing and matching. `legacy`: matching of luet up to 0.36. */
  versions: z._default(z.enum(['debian', 'legacy']), 'debian'),
  /** `presence`: a key that is there wins. `luet`: empty values never override. */
  valuesMerge: z._default(z.enum(['presence', 'luet']), 'presence'),
  engine: z._default(z.enum(['luet', 'helm']), 'luet'),
  /** What a package with requires_final_images is made of: all that its requirements need at run time, or, as in 2021, only what it lists. */
  finalRequires: z._default(z.enum(['closure', 'first-level']), 'closure'),
});

/**
 * Reads trees and plans packages. Every recipe is rendered with the values before anything is solved, because requirements may depend on them. All
 * problems are reported together; problems of packages that the targets do not need are warnings.
 */
export const packages = definePlanner({
  description: 'read the package trees and decide what is built in which order',
  options,
  env: ({ env }) => env,
  async plan({ options, plugin, env, read, list, glob, pinned, report }) {
    const texts = new Map<string, string>();
    const reader: TreeReader = {
      async readFile(path) {
        const text = await plainly(() => read(path));
        texts.set(path, text);
        return text;
      },
      list: async (path) => (await plainly(() => list(path))).map(({ name, type }) => ({ name, kind: type })),
    };
    const published = await openPublished(options.repositories, { read, pinned });
    const tree = await loadTree({ published: published.map((one) => one.tree), roots: options.trees, references: options.referenceTrees, objects: toObjects(options.packages), reader });
    const found = await findRepositories([...options.trees, ...options.referenceTrees], { read: (path) => reader.readFile(path), glob });
    const render = createGoTemplateRender({ engine: options.engine, env: declaredVariables(plugin.env, env) });
    const { targets, dependents, archives, install, finalRequires } = options;
    const plan = planPackages({ tree, targets, dependents, archives, install, values: [valuesFromJson(options.values)], merge: options.valuesMerge, matching: options.versions, finalRequires, render });
    const source = (file: string): string | undefined => texts.get(file);
    for (const problem of plan.warnings) if (problem.severity === 'warning') report(toDiagnostic(problem, source));
    for (const problem of plan.unrelated) if (problem.severity !== 'note') report({ ...toDiagnostic(problem, source), severity: 'warning' });
    for (const problem of found.problems) if (problem.severity === 'warning') report(toDiagnostic(problem, source));
    const errors = [...plan.problems, ...found.problems.filter(({ severity }) => severity === 'error')];
    if (errors.length > 0) throw new CosError(errors.map((problem) => toDiagnostic(problem, source)));
    for (const problem of checkRecipes(plan)) report(problem);
    const caches = [...new Set(published.flatMap((one) => one.caches))];
    for (const problem of unknownValues(plan, published)) report(problem);
    return describePlan({ plan, tree, caches, matching: options.versions, repositories: found.repositories, source, report });
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
