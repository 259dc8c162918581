// Which repositories a command uses: those of the command line, else those of a configuration in luet's form.
import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { openRepository, openTransport, type OpenRepository } from '@cos/client';
import { formatProblem, isError, readClientFile, type RepositorySource } from '@cos/luet';
import { createRegistry, hostPlatform, hostSettings, type Registry } from '@cos/registry';
import { refuse } from './problem.ts';
import type { Trust } from './trust.ts';

export interface RepositoriesRequest {
  /** `--repository`: a folder, an address, or `docker:host/path`. */
  readonly given: readonly string[];
  /** `--config`: a file of luet's client. */
  readonly config: string | undefined;
  readonly cwd: string;
  /** Says where logins and proxies are. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** Whose signatures count. */
  readonly trust: Trust;
}

/** A repository with the name under which its index is noted. */
export interface FoundRepository extends OpenRepository {
  readonly seenAs: string;
}

/** Where a client looks when nothing is said, as luet's does. */
const USUAL = ['.luet.yaml', '/etc/luet/luet.yaml'];
const USUAL_FOLDER = '/etc/luet/repos.conf.d';

/** Opens all of them, and answers none in part: a repository that cannot be had is an error, because another one would quietly take its place. */
export async function openRepositories(request: RepositoriesRequest): Promise<readonly FoundRepository[]> {
  const sources = request.given.length > 0 ? request.given.map((text, index) => ({ ...sourceOf(text, request.cwd), priority: index })) : await configured(request);
  if (sources.length === 0) {
    throw refuse('COS_CLIENT_NO_REPOSITORY', 'There is no repository to take packages from.', `Name one with --repository (a folder, http://…, or docker:host/path), or a configuration with --config. Looked for ${USUAL.join(', ')} and ${USUAL_FOLDER}.`);
  }
  // Packages are read from it later; its connections end with the program.
  const registry = createRegistry(hostSettings(request.env));
  return Promise.all(sources.map(async (source) => open(source, registry, request)));
}

interface Source extends Pick<RepositorySource, 'name' | 'type' | 'urls' | 'reference'> {
  readonly priority: number | undefined;
}

async function open({ name, type, urls, reference, priority }: Source, registry: Registry, { signal, warn, cwd, trust }: RepositoriesRequest): Promise<FoundRepository> {
  const transports = urls.map((url) => openTransport({ type, url, locate: (folder) => resolve(cwd, folder), registry }));
  // A snapshot is what it is, whatever was published since.
  const key = reference === '' ? name : `${name}#${reference}`;
  const policy = trust.of({ key, names: [name, ...urls, ...(type === 'docker' ? urls.map((url) => `docker:${url}`) : type === 'disk' ? urls.map((url) => resolve(cwd, url)) : [])], shown: name });
  const opened = await openRepository({ name, transports, signal, ...(reference === '' ? {} : { reference }), ...(priority === undefined ? {} : { priority }), ...(policy === undefined ? {} : { trust: policy }) });
  for (const warning of opened.warnings) warn(warning);
  return { ...opened, seenAs: key };
}

function sourceOf(text: string, cwd: string): Omit<Source, 'priority'> {
  if (/^https?:\/\//.test(text)) return { name: text, type: 'http', urls: [text], reference: '' };
  if (text.startsWith('docker:')) return { name: text, type: 'docker', urls: [text.slice('docker:'.length)], reference: '' };
  return { name: text, type: 'disk', urls: [isAbsolute(text) ? text : join(cwd, text)], reference: '' };
}

async function configured({ config, cwd, warn }: RepositoriesRequest): Promise<readonly Source[]> {
  const files = config === undefined ? await usualFiles(cwd) : [resolve(cwd, config)];
  const read = await Promise.all(files.map(async (file) => ({ file, text: await textOf(file) })));
  const found = read.map(({ file, text }) => readClientFile(file.includes('/repos.conf.d/') ? asRepository(text) : text, file));
  const problems = found.flatMap((one) => one.problems);
  for (const problem of problems) if (!isError(problem)) warn(formatProblem(problem));
  const errors = problems.filter(isError);
  if (errors.length > 0) throw refuse('COS_CLIENT_FORMAT', 'The configuration of repositories cannot be understood.', 'Mend it, or name repositories with --repository.', errors.map(formatProblem));
  const { architecture } = hostPlatform();
  return found.flatMap((one) => one.repositories).filter(({ enable, arch }) => enable || arch === architecture);
}

async function usualFiles(cwd: string): Promise<readonly string[]> {
  const main = (await Promise.all(USUAL.map(async (file) => ((await isFile(resolve(cwd, file))) ? [resolve(cwd, file)] : [])))).flat().slice(0, 1);
  const names = await readdir(USUAL_FOLDER).catch(() => []);
  return [...main, ...names.filter((name) => /\.ya?ml$/.test(name)).toSorted().map((name) => join(USUAL_FOLDER, name))];
}

/** A file of repos.conf.d is one entry of the list. */
function asRepository(text: string): string {
  return `repositories:\n- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((entry) => entry.isFile(), () => false);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw refuse('COS_CLIENT_REQUEST', `The configuration ${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, 'Check the path.');
  }
}
