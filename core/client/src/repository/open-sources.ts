// What building on a repository needs of it: the trees with recipes (`compilertree`), and what the index says of how each package was built.
import { decompress } from '@cos/archive';
import type { ArchiveMetadata, RepositoryFile } from '@cos/luet';
import { ClientError } from '../client-error.ts';
import type { OpenRepositoryRequest } from './open-repository.ts';
import { LIMITS, once, readDescription, readIndexOf, readVerified } from './read-objects.ts';
import type { VerifiedIndex } from './trust.ts';

export interface RepositorySources {
  /** The place that was read, without credentials. */
  readonly place: string;
  readonly file: RepositoryFile;
  /** What is to be noted of its signature; undefined when none was asked for, or none counts. */
  readonly verified: VerifiedIndex | undefined;
  /** In the order of the index. */
  readonly packages: readonly ArchiveMetadata[];
  /** The trees as an uncompressed tar: each a folder at the top. Its bytes were compared with the checksum. */
  readonly tree: AsyncIterable<Uint8Array>;
}

/** Throws a ClientError that names the object: `not-found`, `unreachable`, `corrupt`, `format`, `limit`. */
export async function openSources(request: Omit<OpenRepositoryRequest, 'priority'>): Promise<RepositorySources> {
  const { name, trust, signal } = request;
  const { transport, file, verified } = await readDescription(request);
  const { compilertree } = file.files;
  if (compilertree === undefined) {
    throw new ClientError('not-found', `The repository ${name} has no compilertree: packages can be installed from it, and nothing can be built on it.`, { hint: 'Publish it with its trees, or name another repository.' });
  }
  const bytes = await readVerified(transport, compilertree, { what: 'compilertree', trust, signal });
  const { archives } = await readIndexOf({ name, transport, file, trust, signal });
  return { place: transport.place, file, verified, packages: archives, tree: decompress(once(bytes), { maxBytes: LIMITS.text }) };
}
