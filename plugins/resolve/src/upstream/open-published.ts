import type { Diagnostic, PlannerContext } from '@cos/core';
import { NO_VALUES, type PackagePlan, type PublishedTree } from '@cos/luet';
import { readBuilds } from './published-builds.ts';
import { problemOf } from './problem.ts';
import { BUILDS, TREE } from './sync-repository.ts';

export interface PublishedRepository {
  readonly name: string;
  /** Digest of its files. */
  readonly files: string;
  readonly priority: number;
}

export interface OpenPublished {
  readonly tree: PublishedTree;
  readonly caches: readonly string[];
  readonly knowsValuesOf: (fingerprintName: string) => boolean;
}

/** Repositories in the order in which they are loaded: the last one wins. */
export async function openPublished(repositories: readonly PublishedRepository[], { read, pinned }: Pick<PlannerContext<never, unknown>, 'read' | 'pinned'>): Promise<readonly OpenPublished[]> {
  const ordered = repositories.map((one, index) => ({ ...one, index })).toSorted((a, b) => b.priority - a.priority || b.index - a.index);
  return Promise.all(
    ordered.map(async ({ name, files }) => {
      const folder = pinned(files);
      const { valuesOf, caches } = readBuilds(await read(`${folder}/${BUILDS}`));
      return { tree: { root: `${folder}/${TREE}`, repository: name, valuesOf: (one) => valuesOf(one) ?? NO_VALUES }, caches, knowsValuesOf: (one) => valuesOf(one) !== undefined };
    }),
  );
}

/** Packages of the plan whose values nobody knows. They are built all the same: a recipe without values needs none. */
export function unknownValues({ packages, rendered }: PackagePlan, published: readonly OpenPublished[]): readonly Diagnostic[] {
  const planned = new Set(packages.map(({ fingerprintName }) => fingerprintName));
  return rendered.flatMap(({ package: one }) => {
    const repository = one.published?.repository;
    const from = published.find(({ tree }) => tree.repository === repository && tree.root === one.root);
    if (from === undefined || !planned.has(one.fingerprintName) || from.knowsValuesOf(one.fingerprintName)) return [];
    return [
      {
        ...problemOf('COS_RESOLVE_UPSTREAM_VALUES', `${one.fingerprintName} is in the trees of the repository "${repository ?? ''}" and not in its index, so it is rendered without values: it may be another package there.`, 'Publish it there, too.'),
        severity: 'warning' as const,
      },
    ];
  });
}
