import { changeRoot, openRoot, planChanges, planRemoval, type Changes } from '@cos/client';
import { defineCommand } from '@cos/core';
import { answering } from '../problem.ts';
import { openRepositories } from '../repositories.ts';
import { noteVerified, readTrust, seenOf, trustParameters } from '../trust.ts';
import { changeOptions, changeParameters, findRoot, packagesParameter, readReferences, repositoryParameters, rootParameter } from './parameters.ts';
import { tellChanges } from './tell-changes.ts';

export const upgrade = defineCommand({
  description: 'upgrade everything that is installed in a root filesystem',
  config: 'optional',
  parameters: {
    ...rootParameter,
    ...repositoryParameters,
    ...trustParameters,
    sync: { type: 'flag', description: 'also take another build of a version that is installed' },
    ...changeParameters,
  },
  async handle(context) {
    const { args, cwd, env, print, tell, log, signal } = context;
    return answering(tell, async () => {
      const root = await findRoot(cwd, args.root);
      const folder = openRoot(root);
      const warn = (message: string): void => log.warn(message);
      const repositories = await openRepositories({ given: args.repository, config: args.config, cwd, env, signal, warn, trust: await readTrust({ args, cwd, env, seen: seenOf(folder), warn }) });
      noteVerified(folder, repositories);
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
