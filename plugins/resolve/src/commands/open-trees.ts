import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CosError, type CommandContext, type Declared, type Diagnostic, type UpstreamRepository } from '@cos/core';
import { createFolderReader, createGoTemplateRender, loadTree, mergeValues, valuesFromJson, type FolderReader, type PlanPackagesOptions, type ValueMap } from '@cos/luet';
import { hostPlatform } from '@cos/registry';
import { toObjects } from '../declared-packages.ts';
import { declaredVariables, type ResolveOptions } from '../options.ts';
import { repository } from '../pins/repository.ts';
import { configuredUpstream, type ConfiguredUpstream } from '../upstream/configured-upstream.ts';
import { openPublished, type OpenPublished } from '../upstream/open-published.ts';
import { repositoryQuestion } from '../upstream/questions.ts';
import { readValuesFiles } from '../values-files.ts';
import { treeVariables, type treeParameters } from './parameters.ts';

/** Trees with one set of values: those of the command line, or those of a derivative on a platform. */
export interface OpenedTrees extends Required<Pick<PlanPackagesOptions, 'tree' | 'merge' | 'render' | 'matching' | 'finalRequires'>> {
  /** Undefined for trees of the command line. */
  readonly variant: { readonly derivative: string; readonly platform: string } | undefined;
  readonly reader: FolderReader;
  /** The weakest first. */
  readonly values: readonly ValueMap[];
  /** Repositories whose packages are among those of the tree. */
  readonly published: readonly OpenPublished[];
}

export type TreeContext = Pick<CommandContext<ResolveOptions, typeof treeParameters>, 'args' | 'plugin' | 'env' | 'cwd' | 'workspace' | 'derivatives' | 'set' | 'readPins'>;

/** The trees that a command is about, one for each derivative and platform of the config, or those of the command line; problems when they cannot be told. */
export async function openTrees(context: TreeContext): Promise<Opened> {
  try {
    return await open(context);
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    return { opened: [], problems: context.args.tree.length === 0 ? error.diagnostics : error.diagnostics.map(ofTrees) };
  }
}

interface Opened {
  readonly opened: readonly OpenedTrees[];
  readonly problems: readonly Diagnostic[];
}

async function open(context: TreeContext): Promise<Opened> {
  const { args, cwd, workspace } = context;
  if (args.tree.length === 0 && args.fromRepositories !== undefined) return { opened: [], problems: [noTreeBeside] };
  // A system that is a Dockerfile alone has no packages.
  const derivatives = context.derivatives.filter(({ trees, packages, repositories }) => trees.length + packages.length + repositories.length > 0);
  if (args.tree.length === 0 && derivatives.length === 0) return { opened: [], problems: [noTree] };
  const given = await givenRepositories(context);
  const openRepositories = await readRepositories(context, args.tree.length > 0 ? given.repositories : derivatives.flatMap((one) => one.repositories));
  const files = await readValuesFiles(args.values, cwd);
  const set = valuesFromJson(context.set);
  const render = createGoTemplateRender({ engine: args.engine, env: declaredVariables(treeVariables(context.plugin, args), context.env) });
  const openOne = async ({ roots, references, repositories, packages }: Roots, values: readonly ValueMap[], variant: OpenedTrees['variant']): Promise<OpenedTrees> => {
    const published = await openRepositories(repositories);
    const folders = published.map(({ tree }) => tree.root);
    // Declared packages may have their context anywhere in the workspace.
    const reader = createFolderReader({ roots: [...folders, ...roots, ...references, ...(packages.length === 0 ? [] : [workspace])] });
    return {
      variant,
      reader,
      published,
      tree: await loadTree({ published: published.map(({ tree }) => tree), roots, references, objects: toObjects(packages), contexts: workspace, reader }),
      // What the command line sets wins by being there.
      values: [mergeValues([mergeValues([...values, ...files.values], args.valuesMerge), set])],
      merge: args.valuesMerge,
      matching: args.versions,
      finalRequires: args.finalRequires,
      render,
    };
  };
  const below = (folder: string, trees: readonly string[]) => trees.map((tree) => resolve(folder, tree));
  if (args.tree.length > 0) return { opened: [await openOne({ roots: below(cwd, args.tree), references: below(cwd, args.referenceTree), repositories: given.repositories, packages: [] }, [], undefined)], problems: [...given.problems, ...files.problems] };
  const opened = await Promise.all(
    derivatives.map((one) => openOne({ roots: below(workspace, one.trees), references: below(workspace, one.referenceTrees), repositories: one.repositories, packages: one.packages }, [templateValues(one)], { derivative: one.name, platform: one.platform })),
  );
  return { opened, problems: files.problems };
}

/** Those of `--from-repositories`. */
async function givenRepositories({ args, cwd, workspace, env }: TreeContext): Promise<ConfiguredUpstream> {
  if (args.fromRepositories === undefined) return { repositories: [], problems: [] };
  return configuredUpstream({ file: args.fromRepositories, cwd, workspace, env, platforms: [hostPlatform().architecture === 'arm64' ? 'linux/arm64' : 'linux/amd64'] });
}

/** `cos lock` knows the config alone. */
function ofTrees(problem: Diagnostic): Diagnostic {
  if (problem.code !== 'COS_PLAN_PIN_MISSING' && problem.code !== 'COS_PLAN_PIN_STALE') return problem;
  return { ...problem, hint: 'Build with the same --tree and --from-repositories, or only plan it: cos build --all --dry-run.' };
}

interface Roots {
  readonly roots: readonly string[];
  readonly references: readonly string[];
  readonly repositories: readonly UpstreamRepository[];
  readonly packages: readonly Declared[];
}

/**
 * Repositories as cos.lock has them, with the values that their packages were published with: what a plan would see. The lock is asked for all of them first.
 * Throws CosError.
 */
async function readRepositories({ readPins }: TreeContext, all: readonly UpstreamRepository[]): Promise<(some: readonly UpstreamRepository[]) => Promise<readonly OpenPublished[]>> {
  const answers = await readPins(repository, all.map(repositoryQuestion));
  const known = new Map(all.map((one, index) => [one, answers[index]]));
  const folders = new Map(answers.map(({ answer, folder }) => [answer.files, folder]));
  const pinned = (files: string): string => {
    const folder = folders.get(files);
    if (folder === undefined) throw new Error(`Internal error: nobody asked for the files ${files}`);
    return folder;
  };
  return (some) => openPublished(some.map((one) => ({ name: one.name, priority: one.priority ?? 0, files: known.get(one)?.answer.files ?? '' })), { read: (path) => readFile(path, 'utf8'), pinned });
}

/** As the ready-made targets give values to templates: without the place where the base comes from, with the derivative. A title may also be an option of those targets; the name stands for it. */
function templateValues({ name, version, title, values }: TreeContext['derivatives'][number]): ValueMap {
  const { base: _, ...shown } = values;
  return valuesFromJson({ ...shown, derivative: { name, version, title } });
}

const noTree: Diagnostic = {
  code: 'COS_RESOLVE_NO_TREE',
  severity: 'error',
  message: 'Expected a tree of packages: there is no config with derivatives, and no --tree.',
  hint: 'Call it in the folder of a cos.config.ts, or name the tree: --tree packages --values values.yaml.',
};

const noTreeBeside: Diagnostic = {
  code: 'COS_RESOLVE_NO_TREE',
  severity: 'error',
  message: 'Expected --tree beside --from-repositories; found none.',
  hint: 'Derivatives of a config name the repositories that they build on: leave --from-repositories out.',
};

/** True when something is wrong, not only worth a word. */
export function hasErrors(problems: readonly Diagnostic[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** Derivatives share trees: one problem is told once. */
export function unique(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
