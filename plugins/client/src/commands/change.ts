import { changeRoot, labelOf, planChanges, planRemoval, type Changes } from '@cos/client';
import { defineCommand } from '@cos/core';
import { answering } from '../problem.ts';
import { openRepositories } from '../repositories.ts';
import { changeOptions, changeParameters, findRoot, readReferences, repositoryParameters, rootParameter } from './parameters.ts';

const packagesParameter = { packages: { type: 'list', required: true, positional: true, description: 'packages as category/name or category/name@version' } } as const;

export const install = defineCommand({
  description: 'install packages of repositories into a root filesystem',
  config: 'optional',
  parameters: {
    ...packagesParameter,
    ...rootParameter,
    ...repositoryParameters,
    relax: { type: 'flag', description: 'leave what is installed as it is; without it everything is upgraded first' },
    ...changeParameters,
  },
  async handle(context) {
    const { args, cwd, env, print, tell, log, signal } = context;
    return answering(tell, async () => {
      const wanted = readReferences(args.packages);
      const root = await findRoot(cwd, args.root);
      const repositories = await openRepositories({ given: args.repository, config: args.config, cwd, env, signal, warn: (message) => log.warn(message) });
      const isRequested = ({ category, name }: { readonly category: string; readonly name: string }): boolean => wanted.some((one) => one.name === name && one.category === category);
      const plan = (installed: Parameters<typeof planChanges>[0]['installed']): Changes => planChanges({ installed, repositories, wanted, others: args.relax ? 'keep' : 'upgrade' });
      tellChanges(await changeRoot({ root, repositories, plan, requested: isRequested, ...changeOptions(context) }), print);
    });
  },
});

export const upgrade = defineCommand({
  description: 'upgrade everything that is installed in a root filesystem',
  config: 'optional',
  parameters: {
    ...rootParameter,
    ...repositoryParameters,
    sync: { type: 'flag', description: 'also take another build of a version that is installed' },
    ...changeParameters,
  },
  async handle(context) {
    const { args, cwd, env, print, tell, log, signal } = context;
    return answering(tell, async () => {
      const root = await findRoot(cwd, args.root);
      const repositories = await openRepositories({ given: args.repository, config: args.config, cwd, env, signal, warn: (message) => log.warn(message) });
      const plan = (installed: Parameters<typeof planChanges>[0]['installed']): Changes => planChanges({ installed, repositories, wanted: [], others: 'upgrade', sync: args.sync });
      tellChanges(await changeRoot({ root, repositories, plan, requested: () => false, ...changeOptions(context) }), print);
    });
  },
});

export const uninstall = defineCommand({
  description: 'remove packages from a root filesystem',
  config: 'optional',
  parameters: { ...packagesParameter, ...rootParameter, ...changeParameters },
  async handle(context) {
    const { args, cwd, print, tell } = context;
    return answering(tell, async () => {
      const wanted = readReferences(args.packages);
      const root = await findRoot(cwd, args.root);
      tellChanges(await changeRoot({ root, repositories: [], plan: (installed) => planRemoval(installed, wanted, args.force), requested: () => false, ...changeOptions(context) }), print);
    });
  },
});

function tellChanges({ install: added, replace }: Changes, print: (line: string) => void): void {
  const nameOf = ({ category, name }: { readonly category: string; readonly name: string }): string => `${category}/${name}`;
  const before = new Map(replace.map((one) => [nameOf(one), one]));
  for (const { definition } of added) {
    const old = before.get(nameOf(definition));
    before.delete(nameOf(definition));
    print(old === undefined ? `installed ${labelOf(definition)}` : `upgraded ${labelOf(old)} to ${definition.version}`);
  }
  for (const one of before.values()) print(`removed ${labelOf(one)}`);
  if (added.length === 0 && replace.length === 0) print('nothing to do');
}
