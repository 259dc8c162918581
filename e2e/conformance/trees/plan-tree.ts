// Loads, renders, plans and tags a tree in one go.

import { createGoTemplateRender, loadTree, planPackages, tagPlan } from '@cos/luet';
import type { PackagePlan, PlanPackagesOptions, TagPlanResult, Tree } from '@cos/luet';
import type { Reader } from './folder-reader.ts';

export interface PlanTreeOptions extends Pick<PlanPackagesOptions, 'targets' | 'values' | 'finalRequires'> {
  readonly root: string;
  readonly reader: Reader;
}

export interface PlannedTree {
  readonly tree: Tree;
  readonly plan: PackagePlan;
  readonly tags: TagPlanResult;
}

/** Values merge as luet merges them: its tags depend on it. */
export async function planTree({ root, reader, ...options }: PlanTreeOptions): Promise<PlannedTree> {
  const tree = await loadTree({ roots: [root], reader });
  const plan = planPackages({ ...options, tree, merge: 'luet', render: createGoTemplateRender() });
  return { tree, plan, tags: await tagPlan({ plan, reader }) };
}
