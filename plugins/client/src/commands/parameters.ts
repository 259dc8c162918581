import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ChangeRootRequest, RootEvent } from '@cos/client';
import type { CommandContext, Parameters } from '@cos/core';
import { parseAtom, type PackageReference } from '@cos/luet';
import { refuse } from '../problem.ts';

export const packagesParameter = { packages: { type: 'list', required: true, positional: true, description: 'packages as category/name or category/name@version' } } as const satisfies Parameters;

export const rootParameter = { root: { type: 'text', required: true, description: 'the folder that is the root filesystem' } } as const satisfies Parameters;

export const repositoryParameters = {
  repository: { type: 'list', description: 'a repository: a folder, http(s)://…, or docker:host/path; the first one is preferred' },
  config: { type: 'text', description: "a configuration of luet's client that lists repositories; default .luet.yaml, here or in HOME, then /etc/luet/luet.yaml; with the folders of its repos_confdir" },
} as const satisfies Parameters;

export const changeParameters = {
  force: { type: 'flag', description: 'take over files that another package has' },
  devices: { type: 'choice', choices: ['refuse', 'make'], default: 'refuse', description: 'what to do with packages that hold devices' },
  finalizerEnv: { type: 'list', description: 'NAME=value that finalizers see; nothing else of the environment' },
  skipFinalizers: { type: 'flag', description: 'leave finalizers to a later command' },
} as const satisfies Parameters;

/** All that cannot be understood, at once. */
export function readReferences(words: readonly string[]): readonly PackageReference[] {
  const read = words.map(parseAtom);
  const wrong = read.flatMap((one) => (one.ok ? [] : [one.problem]));
  if (wrong.length > 0) throw refuse('COS_CLIENT_REQUEST', wrong.map(({ message }) => message).join('; '), wrong[0]?.hint ?? 'Write category/name or category/name@version.');
  return read.flatMap((one) => (one.ok ? [one.reference] : []));
}

export async function findRoot(cwd: string, root: string): Promise<string> {
  const path = resolve(cwd, root);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return path;
  throw refuse('COS_CLIENT_REQUEST', `The root ${path} is no folder.`, 'Make it first: mkdir.');
}

/** What `changeRoot` takes of the command line, and how what happens is told. */
export function changeOptions({ args, print, log, signal }: Pick<CommandContext<unknown, typeof changeParameters>, 'args' | 'print' | 'log' | 'signal'>): Pick<ChangeRootRequest, 'force' | 'devices' | 'finalizerEnv' | 'runFinalizers' | 'onEvent' | 'signal'> {
  const wrong = args.finalizerEnv.filter((text) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(text));
  if (wrong.length > 0) throw refuse('COS_CLIENT_REQUEST', `Expected NAME=value as --finalizer-env; found ${JSON.stringify(wrong[0])}.`, 'Give each variable with its value.');
  return {
    force: args.force,
    devices: args.devices,
    finalizerEnv: Object.fromEntries(args.finalizerEnv.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)])),
    runFinalizers: !args.skipFinalizers,
    onEvent: (event) => tellEvent(event, print, (message) => log.warn(message)),
    signal,
  };
}

function tellEvent(event: RootEvent, print: (line: string) => void, warn: (message: string) => void): void {
  switch (event.kind) {
    case 'recovered':
      warn(event.how === 'rolled-forward' ? 'an earlier change that was cut off is finished first' : 'an earlier change that was cut off is forgotten');
      return;
    case 'fetching':
      print(`fetching ${event.label} from ${event.place}`);
      return;
    case 'set-aside':
      warn(`/${event.path} was changed: the package's file is /${event.beside}`);
      return;
    case 'finalizing':
      print(`finalizing ${event.label}`);
      return;
    case 'output':
      print(`  ${event.line}`);
      return;
    case 'committed':
      return;
    default: {
      const never: never = event;
      return never;
    }
  }
}
