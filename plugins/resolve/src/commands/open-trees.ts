import { resolve } from 'node:path';
import type { CommandContext, Declared, Diagnostic } from '@cos/core';
import { createFolderReader, createGoTemplateRender, loadTree, mergeValues, valuesFromJson, type FolderReader, type PlanPackagesOptions, type ValueMap } from '@cos/luet';
import { toObjects } from '../declared-packages.ts';
import { declaredVariables, type ResolveOptions } from '../options.ts';
import { readValuesFiles } from '../values-files.ts';
import { treeVariables, type treeParameters } from './parameters.ts';

/** Trees with one set of values: those of the command line, or those of a derivative on a platform. */
export interface OpenedTrees extends Required<Pick<PlanPackagesOptions, 'tree' | 'merge' | 'render' | 'matching' | 'finalRequires'>> {
  /** Undefined for trees of the command line. */
  readonly variant: { readonly derivative: string; readonly platform: string } | undefined;
  readonly reader: FolderReader;
  /** The weakest first. */
  readonly values: readonly ValueMap[];
}

export type TreeContext = Pick<CommandContext<ResolveOptions, typeof treeParameters>, 'args' | 'plugin' | 'env' | 'cwd' | 'workspace' | 'derivatives' | 'set'>;

/** The trees that a command is about, one for each derivative and platform of the config, or those of the command line; problems when they cannot be told. */
export async function openTrees(context: TreeContext): Promise<{ readonly opened: readonly OpenedTrees[]; readonly problems: readonly Diagnostic[] }> {
  const { args, cwd, workspace } = context;
  // A system that is a Dockerfile alone has no packages.
  const derivatives = context.derivatives.filter(({ trees, packages }) => trees.length + packages.length > 0);
  if (args.tree.length === 0 && derivatives.length === 0) return { opened: [], problems: [noTree] };
  const files = await readValuesFiles(args.values, cwd);
  const set = valuesFromJson(context.set);
  const render = createGoTemplateRender({ engine: args.engine, env: declaredVariables(treeVariables(context.plugin, args), context.env) });
  const open = async ({ roots, references, packages }: Roots, values: readonly ValueMap[], variant: OpenedTrees['variant']): Promise<OpenedTrees> => {
    // Declared packages may have their context anywhere in the workspace.
    const reader = createFolderReader({ roots: [...roots, ...references, ...(packages.length === 0 ? [] : [workspace])] });
    return {
      variant,
      reader,
      tree: await loadTree({ roots, references, objects: toObjects(packages), contexts: workspace, reader }),
      // What the command line sets wins by being there.
      values: [mergeValues([mergeValues([...values, ...files.values], args.valuesMerge), set])],
      merge: args.valuesMerge,
      matching: args.versions,
      finalRequires: args.finalRequires,
      render,
    };
  };
  const below = (folder: string, trees: readonly string[]) => trees.map((tree) => resolve(folder, tree));
  if (args.tree.length > 0) return { opened: [await open({ roots: below(cwd, args.tree), references: below(cwd, args.referenceTree), packages: [] }, [], undefined)], problems: files.problems };
  const opened = await Promise.all(
    derivatives.map((one) => open({ roots: below(workspace, one.trees), references: below(workspace, one.referenceTrees), packages: one.packages }, [templateValues(one)], { derivative: one.name, platform: one.platform })),
  );
  return { opened, problems: files.problems };
}

interface Roots {
  readonly roots: readonly string[];
  readonly references: readonly string[];
  readonly packages: readonly Declared[];
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

/** True when something is wrong, not only worth a word. */
export function hasErrors(problems: readonly Diagnostic[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** Derivatives share trees: one problem is told once. */
export function unique(problems: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
