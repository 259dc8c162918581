// Reads what a repository says of itself: repository.yaml, then the tree of definitions and the index, both compared with their checksums before a byte of
// them is believed. The order and the names are those of luet's client.
import { formatProblem, loadTree, type ArchiveMetadata, type RepositoryFile, type TreeReader } from '@cos/luet';
import type { PublishedPackage } from './published-package.ts';
import { readArchive, readDescription, readIndexOf, refuse } from './read-objects.ts';
import type { PackageObject, Transport } from './transport.ts';
import { coveredTransport, type RepositoryTrust, type VerifiedIndex } from './trust.ts';

export interface OpenRepositoryRequest {
  /** The name that the configuration gives it. */
  readonly name: string;
  /** In the order in which they are tried: the first that answers is used for all of it. At least one. */
  readonly transports: readonly Transport[];
  /** File that is read instead of repository.yaml, to stay with a snapshot. */
  readonly reference?: string;
  /** Lower numbers are preferred; default: what the repository says, then 0. */
  readonly priority?: number;
  /** Whose signatures count, and what happens without one. Default: nobody looks. */
  readonly trust?: RepositoryTrust;
  readonly signal: AbortSignal;
}

export interface OpenRepository {
  readonly name: string;
  readonly priority: number;
  readonly transport: Transport;
  readonly file: RepositoryFile;
  /** In the order of the tree. */
  readonly packages: readonly PublishedPackage[];
  /** What is to be noted of its signature; undefined when none was asked for, or none counts. */
  readonly verified: VerifiedIndex | undefined;
  /** Problems that cost no package, as sentences with their places. */
  readonly warnings: readonly string[];
}

/** Throws a ClientError that names the object: `not-found`, `unreachable`, `corrupt`, `format`, `limit`; and TrustError where the policy is to enforce. */
export async function openRepository(request: OpenRepositoryRequest): Promise<OpenRepository> {
  const { name, trust, signal } = request;
  const { transport, file, verified } = await readDescription(request);
  const tree = await readArchive(transport, file.files.tree, { what: 'tree', trust, signal });
  const { archives } = await readIndexOf({ name, transport, file, trust, signal });
  const { packages, warnings } = await readPackages(name, tree, archives);
  return { name, priority: request.priority ?? file.priority ?? 0, transport: coveredTransport(transport, trust), file, verified, packages, warnings };
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
