import { compareVersions } from '@cos/luet';
import { labelOf, openRoot, readState } from '@cos/client';
import { defineCommand } from '@cos/core';
import { answering, refuse } from '../problem.ts';
import { openRepositories } from '../repositories.ts';
import { readTrust, seenOf, trustParameters } from '../trust.ts';
import { findRoot, repositoryParameters } from './parameters.ts';

interface Found {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly description: string;
}

/** Packages of repositories, or of a root, whose name or description holds the words. */
export const search = defineCommand({
  description: 'find packages in repositories, or among those that are installed in a root',
  config: 'optional',
  parameters: {
    words: { type: 'list', positional: true, description: 'texts that category/name or the description holds, all of them; default every package' },
    ...repositoryParameters,
    ...trustParameters,
    root: { type: 'text', description: 'a root filesystem: repositories must not be older than it has seen them; nothing is noted there' },
    installed: { type: 'text', description: 'a root filesystem: what is installed there, instead of what repositories have' },
    json: { type: 'flag', description: 'print JSON, for programs' },
  },
  async handle({ args, cwd, env, print, tell, log, signal }) {
    return answering(tell, async () => {
      if (args.installed !== undefined && (args.repository.length > 0 || args.config !== undefined)) throw refuse('COS_CLIENT_REQUEST', 'Expected either --installed or repositories; found both.', 'Leave one of them out.');
      const warn = (message: string): void => log.warn(message);
      const known = args.root === undefined ? undefined : openRoot(await findRoot(cwd, args.root));
      const root = args.installed === undefined ? undefined : await findRoot(cwd, args.installed);
      const all: readonly Found[] =
        root === undefined
          ? (await openRepositories({ given: args.repository, config: args.config, cwd, env, signal, warn, trust: await readTrust({ args, cwd, env, seen: seenOf(known), warn }) })).flatMap(({ name: repository, packages }) =>
              packages.filter(({ definition }) => !definition.hidden).map(({ definition: { category, name, version, description } }) => ({ category, name, version, repository, description })),
            )
          : readState(openRoot(root)).packages.map(({ category, name, version, repository }) => ({ category, name, version, repository, description: '' }));
      const found = all.filter((one) => args.words.every((word) => `${one.category}/${one.name} ${one.description}`.toLowerCase().includes(word.toLowerCase()))).toSorted(inOrder);
      if (args.json) return print(JSON.stringify({ packages: found }, null, 2));
      const width = Math.max(0, ...found.map((one) => labelOf(one).length));
      for (const one of found) print(`${labelOf(one).padEnd(width)}  ${one.repository}${one.description === '' ? '' : `  ${one.description.split('\n')[0]}`}`);
      if (found.length === 0) log.info('no package matches');
    });
  },
});

/** By name, newest first. */
function inOrder(a: Found, b: Found): number {
  const [left, right] = [`${a.category}/${a.name}`, `${b.category}/${b.name}`];
  if (left !== right) return left < right ? -1 : 1;
  return compareVersions(b.version, a.version) || (a.repository < b.repository ? -1 : 1);
}
