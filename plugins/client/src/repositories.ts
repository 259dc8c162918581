// Which repositories a command uses: those of the command line, else those of a configuration in luet's form.
import { isAbsolute, join, resolve } from 'node:path';
import { ClientError, configuredRepositories, openRepository, openTransport, type OpenRepository } from '@cos/client';
import type { RepositorySource } from '@cos/luet';
import { createRegistry, hostPlatform, hostSettings, type Registry } from '@cos/registry';
import { refuse } from './problem.ts';
import type { Trust } from './trust.ts';

export interface RepositoriesRequest {
  /** `--repository`: a folder, also as `disk:folder`, an address, or `docker:host/path`. */
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

/** Opens all of them, and answers none in part: a repository that cannot be had is an error, because another one would quietly take its place. */
export async function openRepositories(request: RepositoriesRequest): Promise<readonly FoundRepository[]> {
  const sources = request.given.length > 0 ? request.given.map((text, index) => ({ ...sourceOf(text, request.cwd), priority: index })) : await configured(request);
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

/** What is named on the command line. Throws COS_CLIENT_REQUEST for what looks like a kind of place that is none. */
export function sourceOf(text: string, cwd: string): Omit<Source, 'priority'> {
  if (/^https?:\/\//.test(text)) return { name: text, type: 'http', urls: [text], reference: '' };
  if (text.startsWith('docker:')) return { name: text, type: 'docker', urls: [text.slice('docker:'.length)], reference: '' };
  const [, kind, rest] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (kind !== undefined && kind !== 'disk') throw refuse('COS_CLIENT_REQUEST', `Expected a repository as a folder, disk:folder, http(s)://… or docker:host/path; found ${JSON.stringify(text)}.`, `A folder of that name is ./${text}.`);
  const folder = rest ?? text;
  return { name: text, type: 'disk', urls: [isAbsolute(folder) ? folder : join(cwd, folder)], reference: '' };
}

async function configured({ config, cwd, env, warn }: RepositoriesRequest): Promise<readonly Source[]> {
  const { repositories, warnings, places } = await configuredRepositories({ file: config, cwd, home: env['HOME'], architectures: [hostPlatform().architecture] }).catch((error: unknown) => {
    // A file that is named and not there is a matter of the command line.
    if (error instanceof ClientError && error.code === 'not-found') throw refuse('COS_CLIENT_REQUEST', error.message, 'Check the path.');
    throw error;
  });
  for (const warning of warnings) warn(warning);
  if (repositories.length > 0) return repositories;
  throw refuse('COS_CLIENT_NO_REPOSITORY', 'There is no repository to take packages from.', `Name one with --repository (a folder, http://…, or docker:host/path), or a configuration with --config. Looked for ${places.join(', ')}.`);
}
