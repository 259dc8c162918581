import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { changeRoot, checkRootFormat, ClientError, installArchive, openRoot, planChanges, rootFormats, writeRoot, type Changes, type ChangeRootRequest, type RootFormat } from '@cos/client';
import { defineCommand, type CommandContext } from '@cos/core';
import type { SeenRecord } from '@cos/trust';
import { answering, refuse } from '../problem.ts';
import { openRepositories } from '../repositories.ts';
import { noteVerified, readTrust, seenIn, seenOf, trustParameters } from '../trust.ts';
import { changeOptions, changeParameters, findRoot, packagesParameter, readReferences, repositoryParameters, rootParameter } from './parameters.ts';
import { tellChanges } from './tell-changes.ts';

const parameters = {
  ...packagesParameter,
  root: { ...rootParameter.root, required: false },
  output: { type: 'text', description: 'instead of --root: the file to make of a root filesystem of its own, or - for a tar on standard output' },
  format: { type: 'choice', choices: rootFormats, description: 'what --output is; default by its ending' },
  ...repositoryParameters,
  ...trustParameters,
  relax: { type: 'flag', description: 'leave what is installed as it is; without it everything is upgraded first' },
  ...changeParameters,
} as const;

type InstallContext = CommandContext<unknown, typeof parameters>;

/** Into a folder that is a root filesystem, or into one of its own, of which a file is made. */
export const install = defineCommand({
  description: 'install packages of repositories into a root filesystem, or into a tar, squashfs or ext2 image',
  config: 'optional',
  parameters,
  async handle(context) {
    const { args, cwd, env, tell, log, signal } = context;
    return answering(tell, async () => {
      const wanted = readReferences(args.packages);
      const into = await findPlace(context);
      const folder = 'root' in into ? openRoot(into.root) : undefined;
      const warn = (message: string): void => log.warn(message);
      const repositories = await openRepositories({ given: args.repository, config: args.config, cwd, env, signal, warn, trust: await readTrust({ args, cwd, env, seen: seenOf(folder), warn }) });
      if (folder !== undefined) noteVerified(folder, repositories);
      const requested: ChangeRootRequest['requested'] = ({ category, name }) => wanted.some((one) => one.name === name && one.category === category);
      const plan = (installed: Parameters<typeof planChanges>[0]['installed']): Changes => planChanges({ installed, repositories, wanted, others: args.relax ? 'keep' : 'upgrade' });
      if ('root' in into) tellChanges(await changeRoot({ root: into.root, repositories, plan, requested, ...changeOptions(context) }), context.print);
      else await installFile(context, into, { repositories, plan, requested, seen: seenIn(repositories) });
    });
  },
});

type Place = { readonly root: string } | OutputFile;

interface OutputFile {
  /** Absolute, or `-`. */
  readonly output: string;
  readonly format: RootFormat;
}

async function findPlace({ args: { root, output, format }, cwd }: InstallContext): Promise<Place> {
  if ((root === undefined) === (output === undefined)) throw refuse('COS_CLIENT_REQUEST', `Expected either --root or --output; found ${root === undefined ? 'neither' : 'both'}.`, '--root names a folder that is a root filesystem, --output a file to make of a new one.');
  if (root !== undefined) {
    if (format !== undefined) throw refuse('COS_CLIENT_REQUEST', 'Expected --format with --output; found it with --root.', 'A root is a folder: leave --format out.');
    return { root: await findRoot(cwd, root) };
  }
  const path = output === undefined || output === '-' ? '-' : resolve(cwd, output);
  const chosen = format ?? (path === '-' ? 'tar' : rootFormats.find((one) => extname(path) === `.${one}`));
  if (chosen === undefined) throw refuse('COS_CLIENT_REQUEST', `Expected a file that ends with ${rootFormats.map((one) => `.${one}`).join(', ')}; found ${JSON.stringify(output)}.`, 'Say what it is by --format.');
  if (path === '-' && chosen !== 'tar') throw refuse('COS_CLIENT_REQUEST', `Expected a file for the format ${chosen}; found standard output.`, 'Name a file, or leave --format out.');
  if (path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory() === true) throw refuse('COS_CLIENT_REQUEST', `Expected a file to make; found a folder, ${path}.`, 'Name a file, or the folder by --root.');
  checkRootFormat(chosen);
  return { output: path, format: chosen };
}

async function installFile(context: InstallContext, { output, format }: OutputFile, request: Pick<ChangeRootRequest, 'repositories' | 'plan' | 'requested'> & { readonly seen: SeenRecord }): Promise<void> {
  const { log, signal } = context;
  // Standard output is the archive's.
  const print = output === '-' ? (line: string): void => log.info(line) : context.print;
  const scratch = await mkdtemp(join(tmpdir(), 'cos-install-'));
  try {
    const { changes, pending, archive } = await installArchive({ scratch, ...request, ...changeOptions({ ...context, print }) });
    await writeRoot({ archive: archive(), format, to: output === '-' ? process.stdout : output, scratch, signal });
    tellChanges(changes, print);
    for (const label of pending) log.warn(`the finalizer of ${label} has not run: the next command on the root filesystem runs it`);
    if (output !== '-') print(`the root filesystem is in ${output}`);
  } catch (error) {
    throw explained(error, output);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What the file system says of the target or of the folder for what is needed meanwhile. */
function explained(error: unknown, output: string): unknown {
  const target = output === '-' ? 'standard output' : output;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string' || !/^E[A-Z]+$/.test(error.code)) return error;
  return new ClientError('unsupported', `${target} cannot be made: ${error.message}.`, { hint: `Check rights and space of the target and of ${tmpdir()}.`, cause: error });
}
