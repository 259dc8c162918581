import { defineCommand, type Diagnostic } from '@cos/core';
import { formatProblem, isError, validateTree, type Problem, type Validation } from '@cos/luet';
import { toDiagnostic } from '../diagnostic.ts';
import { openTrees, type OpenedTrees } from './open-trees.ts';
import { treeParameters, treeVariables } from './parameters.ts';

/** Everything that is wrong with the trees, at once. */
export const validate = defineCommand({
  description: 'check the package trees: files, recipes, requirements, finalizers',
  config: 'optional',
  env: treeVariables,
  parameters: {
    json: { type: 'flag', description: 'print the problems as JSON, for programs' },
    ...treeParameters,
  },
  async handle(context) {
    const { args, print, tell, log } = context;
    const { opened, problems: first } = await openTrees(context);
    const results = await Promise.all(opened.map(async (trees) => ({ trees, problems: mineFirst(trees, await validateTree({ ...trees, reader: trees.reader })) })));
    const notes = new Set(results.flatMap(({ problems }) => problems.filter(({ severity }) => severity === 'note').map(formatProblem)));
    const told = new Map<string, { readonly diagnostic: Diagnostic; readonly of: string[] }>(first.map((diagnostic) => [JSON.stringify(diagnostic), { diagnostic, of: [] }]));
    for (const { trees, problems } of results) {
      for (const diagnostic of problems.filter(({ severity }) => severity !== 'note').map((problem) => toDiagnostic(problem))) {
        const key = JSON.stringify(diagnostic);
        const present = told.get(key) ?? { diagnostic, of: [] };
        if (trees.variant !== undefined) present.of.push(`${trees.variant.derivative} on ${trees.variant.platform}`);
        told.set(key, present);
      }
    }
    // What is wrong only with some values says with which.
    const all = [...told.values()].map(({ diagnostic, of }) => (of.length === 0 || of.length === opened.length ? diagnostic : { ...diagnostic, notes: [...(diagnostic.notes ?? []), { message: `with the values of ${of.join(', ')}` }] }));
    const count = new Set(opened.flatMap(({ tree }) => tree.packages.map((one) => `${one.root} ${one.fingerprintName}`))).size;
    const errors = all.filter(({ severity }) => severity === 'error').length;
    if (args.json) {
      print(JSON.stringify({ packages: count, problems: all, notes: [...notes] }, null, 2));
      return errors > 0 ? 2 : 0;
    }
    for (const note of notes) log.info(`note: ${note}`);
    tell(all);
    print(`${count} packages: ${all.length === 0 ? 'no problems' : `${counted(errors, 'error')}, ${counted(all.length - errors, 'warning')}`}`);
    return errors > 0 ? 2 : 0;
  },
});

/** What is wrong in a published repository, and in nothing that own packages need, is for whoever publishes it: a plan warns of it, too. */
function mineFirst({ published }: OpenedTrees, { problems, plan }: Validation): readonly Problem[] {
  const needed = new Set(plan?.problems.map(formatProblem));
  const isForeign = (problem: Problem): boolean => published.some(({ tree }) => problem.file?.startsWith(`${tree.root}/`) === true) && !needed.has(formatProblem(problem));
  return problems.map((problem) => (isError(problem) && isForeign(problem) ? { ...problem, severity: 'warning' } : problem));
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
