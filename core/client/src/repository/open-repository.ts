// Reads what a repository says of itself: repository.yaml, then the tree of definitions and the index, both compared with their checksums before a byte of
// them is believed. The order and the names are those of luet's client.
import { createHash } from 'node:crypto';
import { decompress, readTar } from '@cos/archive';
import { isError, loadTree, formatProblem, readIndex, readRepository, type ArchiveMetadata, type Problem, type RepositoryArchive, type RepositoryFile, type TreeReader } from '@cos/luet';
import { ClientError, reasonOf } from '../client-error.ts';
import type { PublishedPackage } from './published-package.ts';
import { readAll, type PackageObject, type Transport } from './transport.ts';

export interface OpenRepositoryRequest {
  /** The name that the configuration gives it. */
  readonly name: string;
  /** In the order in which they are tried: the first that answers is used for all of it. At least one. */
  readonly transports: readonly Transport[];
  /** File that is read instead of repository.yaml, to stay with a snapshot. */
  readonly reference?: string;
  /** Lower numbers are preferred; default: what the repository says, then 0. */
  readonly priority?: number;
  /** Looks at the bytes of repository.yaml before anything else does: throws when they are not signed as they should be. */
  readonly verify?: (bytes: Uint8Array, transport: Transport, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface OpenRepository {
  readonly name: string;
  readonly priority: number;
  readonly transport: Transport;
  readonly file: RepositoryFile;
  /** In the order of the tree. */
  readonly packages: readonly PublishedPackage[];
  /** Problems that cost no package, as sentences with their places. */
  readonly warnings: readonly string[];
}

/** Bounds of what is held in memory; real repositories stay far below. */
const LIMITS = { description: 4 * 1024 ** 2, archive: 256 * 1024 ** 2, text: 1024 ** 3 } as const;

/** Throws a ClientError that names the object: `not-found`, `unreachable`, `corrupt`, `format`, `limit`. */
export async function openRepository(request: OpenRepositoryRequest): Promise<OpenRepository> {
  const { name, transports, reference = 'repository.yaml', signal } = request;
  const { transport, bytes } = await readDescription(transports, reference, signal);
  await request.verify?.(bytes, transport, signal);
  const place = `${transport.place}/${reference}`;
  const { repository: file, problems } = readRepository(bytes.toString('utf8'), place);
  if (file === undefined) throw new ClientError('format', `The repository ${name} cannot be used.`, { notes: problems.map(formatProblem) });
  const tree = await readArchive(transport, file.files.tree, 'tree', signal);
  const meta = await readArchive(transport, file.files.meta, 'index', signal);
  const index = meta.get('repository.meta.yaml');
  if (index === undefined) throw new ClientError('format', `The index ${file.files.meta.filename} of the repository ${name} holds no file repository.meta.yaml.`);
  const { archives, problems: indexProblems } = readIndex(index.toString('utf8'), `${transport.place}/${file.files.meta.filename}`);
  refuse(name, indexProblems);
  const { packages, warnings } = await readPackages(name, tree, archives);
  return { name, priority: request.priority ?? file.priority ?? 0, transport, file, packages, warnings };
}

async function readDescription(transports: readonly Transport[], name: string, signal: AbortSignal): Promise<{ readonly transport: Transport; readonly bytes: Buffer }> {
  const failures: ClientError[] = [];
  for (const transport of transports) {
    try {
      return { transport, bytes: await readAll(transport.read(name, signal), LIMITS.description, `${transport.place}/${name}`) };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ClientError)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) throw new Error('Internal error: a repository without a place');
  if (others.length === 0) throw first;
  throw new ClientError('unreachable', 'None of the addresses of the repository answers.', { notes: failures.map(({ message }) => message), cause: first });
}

/** The files of an archive of the repository by name. The digest is that of the file as it comes; it is compared before the content is used. */
async function readArchive(transport: Transport, { filename, sha256 }: RepositoryArchive, what: string, signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
  const bytes = await readAll(transport.read(filename, signal), LIMITS.archive, `${transport.place}/${filename}`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== '' && found !== sha256.toLowerCase()) {
    throw new ClientError('corrupt', `The ${what} ${filename} of ${transport.place} is not the one that repository.yaml names.`, { expected: `sha256 ${sha256}`, found: `sha256 ${found}`, hint: 'It was damaged, or is being published at this moment: try again.' });
  }
  const files = new Map<string, Buffer>();
  try {
    for await (const entry of readTar(decompress(once(bytes), { maxBytes: LIMITS.text }))) {
      if (entry.type === 'file') files.set(entry.path.replace(/^(?:\.?\/)+/, ''), await readAll(entry.body, LIMITS.text, entry.path));
    }
  } catch (error) {
    signal.throwIfAborted();
    throw new ClientError('corrupt', `The ${what} ${filename} of ${transport.place} cannot be read: ${reasonOf(error)}.`, { cause: error });
  }
  return files;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

/** A package is installable when the tree defines it and the index says where its archive is. */
async function readPackages(name: string, tree: ReadonlyMap<string, Buffer>, archives: readonly ArchiveMetadata[]): Promise<Pick<OpenRepository, 'packages' | 'warnings'>> {
  const { packages, problems } = await loadTree({ roots: [''], reader: readerOf(tree), unquoted: 'text' });
  refuse(name, problems);
  const byIdentity = new Map(archives.map((archive) => [keyOf(archive.package), archive]));
  return {
    packages: packages.flatMap(({ definition, finalizer, values }) => {
      const archive = byIdentity.get(keyOf(definition));
      return archive === undefined ? [] : [{ repository: name, definition, finalizer: finalizer?.text, values, archive }];
    }),
    warnings: problems.filter(({ severity }) => severity === 'warning').map(formatProblem),
  };
}

/** A repository with one definition that cannot be understood is not used in part: what is missing could be what another package requires. */
function refuse(name: string, problems: readonly Problem[]): void {
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new ClientError('format', `The repository ${name} cannot be used.`, { notes: errors.map(formatProblem) });
}

function keyOf({ category, name, version }: Pick<PackageObject, 'category' | 'name' | 'version'>): string {
  return JSON.stringify([category, name, version]);
}

/** The tree as the reader of trees wants it: folders by what is in them. */
function readerOf(files: ReadonlyMap<string, Buffer>): TreeReader {
  const folders = new Map<string, Map<string, 'file' | 'directory'>>([['', new Map()]]);
  const enter = (path: string, kind: 'file' | 'directory'): void => {
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? '' : path.slice(0, slash);
    const known = folders.get(parent);
    if (known === undefined) {
      folders.set(parent, new Map([[path.slice(slash + 1), kind]]));
      enter(parent, 'directory');
    } else known.set(path.slice(slash + 1), kind);
  };
  for (const path of files.keys()) enter(path, 'file');
  return {
    list: async (path) => [...(folders.get(path) ?? [])].map(([entry, kind]) => ({ name: entry, kind })),
    readFile: async (path) => {
      const bytes = files.get(path);
      if (bytes === undefined) throw new Error(`there is no file ${path}`);
      return bytes.toString('utf8');
    },
  };
}
