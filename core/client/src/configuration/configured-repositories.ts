// Which repositories a machine has: a configuration in the form of luet's client, in the places where that client looks.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { formatProblem, isError, readClientEntry, readClientFile, type RepositorySource } from '@cos/luet';
import { ClientError, reasonOf } from '../client-error.ts';

export interface ConfiguredRepositoriesRequest {
  /** A file; undefined: where luet's client looks. */
  readonly file: string | undefined;
  /** What relative paths are relative to, absolute. */
  readonly cwd: string;
  /** The home of the user, for `.luet.yaml`; undefined: not looked into. */
  readonly home: string | undefined;
  /** An entry without `enable` counts on the architecture that it names (`amd64`). */
  readonly architectures: readonly string[];
}

export interface ConfiguredRepositories {
  /** In the order of the files. */
  readonly repositories: readonly RepositorySource[];
  /** What is odd and stops nothing, as sentences with their places. */
  readonly warnings: readonly string[];
  /** Where was looked, for messages. */
  readonly places: readonly string[];
}

/**
 * A file that is named stands for all places but the folders that it names itself (`repos_confdir`). Throws ClientError: `not-found` for a file that cannot
 * be read, `format` with everything that is wrong.
 */
export async function configuredRepositories({ file, cwd, home, architectures }: ConfiguredRepositoriesRequest): Promise<ConfiguredRepositories> {
  const mains = file === undefined ? [resolve(cwd, '.luet.yaml'), ...(home === undefined ? [] : [join(home, '.luet.yaml')]), '/etc/luet/luet.yaml'] : [resolve(cwd, file)];
  const [main] = file === undefined ? await firstFile(mains) : mains;
  const list = main === undefined ? undefined : readClientFile(await textOf(main), main);
  const folders = list?.folders?.map((folder) => resolve(cwd, folder)) ?? (file === undefined ? [FOLDER] : []);
  const files = (await Promise.all(folders.map(entriesOf))).flat();
  const entries = await Promise.all(files.map(async (path) => readClientEntry(await textOf(path), path)));
  const problems = [...(list?.problems ?? []), ...entries.flatMap((one) => one.problems)];
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new ClientError('format', 'The configuration of repositories cannot be understood.', { notes: errors.map(formatProblem), hint: 'Mend it, or name another file.' });
  const repositories = [...(list?.repositories ?? []), ...entries.flatMap(({ repository }) => repository ?? [])];
  const counts = ({ enable, arch }: RepositorySource): boolean => enable || architectures.includes(arch);
  return { repositories: repositories.filter(counts), warnings: problems.map(formatProblem), places: [...mains, ...folders] };
}

/** Where the client looks for files with one repository each, unless it is told. */
const FOLDER = '/etc/luet/repos.conf.d';

async function firstFile(paths: readonly string[]): Promise<readonly string[]> {
  for (const path of paths) if (await stat(path).then((entry) => entry.isFile(), () => false)) return [path];
  return [];
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).toSorted().map((name) => join(folder, name));
  } catch (cause) {
    // A machine without luet has no such folder.
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
    throw new ClientError('not-found', `The folder of repositories ${folder} cannot be read: ${reasonOf(cause)}.`, { hint: 'It has a file for each repository; check `repos_confdir` and its rights.', cause });
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ClientError('not-found', `The configuration ${path} cannot be read: ${reasonOf(cause)}.`, { hint: 'Check the path.', cause });
  }
}
