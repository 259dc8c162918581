// Everything that is wrong with a tree, at once and each thing once: files, values, recipes, requirements for building and at run
// time, finalizers, folders. Easily got wrong: one broken file makes many things fail. Only the file is reported, not what it drags
// along: packages that require it, targets above a requirement that cannot be met, packages that share a template.

import { isError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { planPackages } from '../plan/plan-packages.ts';
import type { PlanPackagesOptions } from '../plan/plan-packages.ts';
import type { PackagePlan } from '../plan/types.ts';
import { tagPlan } from '../tag/tag-plan.ts';
import type { BytesReader } from '../tag/directory-hash.ts';
import type { SourceText } from '../tree/load-tree.ts';
import { readValues } from '../values/read-values.ts';
import type { ValueMap } from '../values/value.ts';
import { checkFinalizers } from './check-finalizers.ts';
import { checkRuntime } from './check-runtime.ts';
import { reduceProblems } from './reduce-problems.ts';

export interface ValidateTreeOptions extends Omit<PlanPackagesOptions, 'targets' | 'values'> {
  /** Values files as texts, or values that were read by then; the strongest last. Default: none. */
  readonly values?: readonly (SourceText | ValueMap)[];
  /** With it the folders of packages are checked, too: what luet cannot hash has no luet tag. */
  readonly reader?: BytesReader;
}

export interface Validation {
  /** Sorted by file, line and column. Notes among them are worth knowing and no mistake. */
  readonly problems: readonly Problem[];
  /** Undefined when the values cannot be read: nothing could be rendered as it is meant then. */
  readonly plan: PackagePlan | undefined;
}

export async function validateTree({ values = [], reader, ...options }: ValidateTreeOptions): Promise<Validation> {
  const { tree, render, matching = 'debian' } = options;
  const read = values.map((one) => ('entries' in one ? { values: one, problems: [] } : readValues(one.text, one.file)));
  const ofValues = read.flatMap((one) => one.problems);
  if (ofValues.some(isError)) return { problems: reduceProblems([...tree.problems, ...ofValues], tree.lost), plan: undefined };
  const plan = planPackages({ ...options, targets: 'all', values: read.map((one) => one.values) });
  const problems = [
    ...tree.problems,
    ...ofValues,
    ...plan.problems,
    ...plan.warnings,
    ...plan.unrelated,
    ...checkRuntime(plan.rendered, matching),
    ...checkFinalizers(tree.packages, render),
    ...(reader === undefined ? [] : await checkFolders(plan, reader)),
  ];
  return { problems: reduceProblems(problems, tree.lost), plan };
}

/** Such a folder can be built; only luet, and caches that are named by its tags, cannot have it. */
async function checkFolders(plan: PackagePlan, reader: BytesReader): Promise<Problem[]> {
  const { problems } = await tagPlan({ plan, reader });
  return problems.map((problem) => ({ ...problem, severity: 'warning' }));
}
