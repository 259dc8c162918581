// From a tree, values and targets to a plan: render every recipe, solve each target on its own, stack its chain, and follow what
// chains need from outside (archives for `requires_final_images`, images that files are copied from).

import { isError } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { MergeRule } from '../values/merge.ts';
import { mergeValues } from '../values/merge.ts';
import type { ValueMap } from '../values/value.ts';
import { renderPackage } from '../render/render-package.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import type { RenderTemplate } from '../render/render-template.ts';
import type { SourceText, Tree } from '../tree/load-tree.ts';
import { joinPath } from '../tree/reader.ts';
import type { VersionMatching } from '../version/selector.ts';
import { findCollisions } from './find-collisions.ts';
import { chooseTargets } from './choose-targets.ts';
import { Planner } from './planner.ts';
import { sortPlan } from './sort-plan.ts';
import type { PackagePlan } from './types.ts';

export interface PlanPackagesOptions {
  readonly tree: Tree;
  /**
   * Package strings (`cat/name`, `cat/name@>=1.0`), every package of the tree but those of reference trees (`all`), or of those the ones that no other of
   * them is built with (`tops`): everything else is needed by one of these.
   */
  readonly targets: readonly string[] | 'all' | 'tops';
  /** True: also every package of the tree, but those of reference trees, whose build reads a target, directly or through others. Default: false. */
  readonly dependents?: boolean;
  /**
   * Whose archives are wanted: of the targets, or of all packages of the plan but those of reference trees (`own`). A package whose archive is wanted is
   * planned for itself, too, and not only as it stands below another. Default: `targets`.
   */
  readonly archives?: 'targets' | 'own';
  /** Values files, the strongest last. Default: none. */
  readonly values?: readonly ValueMap[];
  /** Default: `presence`. */
  readonly merge?: MergeRule;
  /** The template engine. */
  readonly render: RenderTemplate;
  /** Default: `debian`. */
  readonly matching?: VersionMatching;
  /**
   * What the base of a `requires_final_images` package holds: the runtime closure of its requirements (`closure`, the default),
   * or only the packages that it lists (`first-level`, as in 2021).
   */
  readonly finalRequires?: 'closure' | 'first-level';
  /**
   * Packages whose archives are wanted to be laid over each other, with everything that they need at run time; `all` as for targets. Default: none.
   */
  readonly install?: readonly string[] | 'all';
}

export function planPackages(options: PlanPackagesOptions): PackagePlan {
  const rendered = renderTree(options);
  const settings = { rendered, matching: options.matching ?? 'debian', finalRequires: options.finalRequires ?? 'closure' } as const;
  const planner = new Planner(settings);
  const targets = chooseTargets(planner.universe, settings, options);
  for (const target of targets.found) planner.addTarget(target);
  const install = chooseTargets(planner.universe, settings, { targets: options.install ?? [] });
  const installed = planner.install(install.found);
  planner.finish(options.archives ?? 'targets');
  const sorted = sortPlan({ packages: planner.packages, images: planner.images, chains: planner.chains, rendered });
  const isInvolved = (one: RenderedPackage): boolean => planner.involved.has(one.package.fingerprintName);
  const own = rendered.filter(isInvolved).flatMap((one) => one.problems);
  const foreign = rendered.filter((one) => !isInvolved(one)).flatMap((one) => one.problems);
  const found = unique([...own, ...targets.problems, ...install.problems, ...planner.problems, ...sorted.problems, ...findCollisions(planner.packages)]);
  const isMissing = found.some((one) => MISSING.has(one.code));
  const isOwn = (one: Problem): boolean => isMissing || isRoot(options.tree, one.file) || (typeof options.targets === 'string' && !isInReference(options.tree, one.file));
  const treeErrors = options.tree.problems.filter(isError);
  const treeWarnings = options.tree.problems.filter((one) => !isError(one));
  return {
    packages: sorted.packages,
    images: sorted.images,
    installed,
    rendered,
    problems: [...treeErrors.filter(isOwn), ...found.filter(isError)],
    warnings: [...treeWarnings, ...found.filter((one) => !isError(one))],
    unrelated: unique([...treeErrors.filter((one) => !isOwn(one)), ...foreign]),
  };
}

/** Every recipe of the tree with the values; a recipe that fails keeps its problems to itself. */
export function renderTree(options: Pick<PlanPackagesOptions, 'tree' | 'values' | 'merge' | 'render'>): RenderedPackage[] {
  const merge = options.merge ?? 'presence';
  const values = mergeValues(options.values ?? [], merge);
  const { packages, templates } = options.tree;
  const joined = new Map<readonly SourceText[], string>();
  const sharedOf = (list: readonly SourceText[]): string => {
    const text = joined.get(list) ?? list.map((each) => each.text).join('');
    joined.set(list, text);
    return text;
  };
  return packages.map((one) => {
    const { templates: list, values: given } = one.published ?? { templates, values };
    return renderPackage({ package: one, templates: list, shared: sharedOf(list), values: given, merge, render: options.render });
  });
}

/** A root that could not be read is a problem of every plan. */
function isRoot({ roots, references }: Tree, file: string | undefined): boolean {
  return file !== undefined && (roots.includes(file) || references.includes(file));
}

/** Where trees lie in each other, a file belongs to the own one. */
function isInReference({ roots, references }: Tree, file: string | undefined): boolean {
  const isIn = (root: string): boolean => file?.startsWith(joinPath(root, '')) === true;
  return references.some(isIn) && !roots.some(isIn);
}

/** A file that could not be read may be why a package is missing. */
const MISSING: ReadonlySet<Problem['code']> = new Set(['LUET_UNKNOWN_PACKAGE', 'LUET_NO_VERSION', 'LUET_UNSATISFIABLE']);

/** Packages of one collection share a recipe, and so its problems. */
function unique(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
