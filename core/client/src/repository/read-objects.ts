// The objects of a repository that say what it holds, each compared with its checksum before a byte of it is believed.
import { createHash } from 'node:crypto';
import { decompress, readTar } from '@cos/archive';
import { formatProblem, isError, readIndex, readRepository, type ArchiveMetadata, type Problem, type RepositoryArchive, type RepositoryFile } from '@cos/luet';
import { TrustError } from '@cos/trust';
import { ClientError, reasonOf } from '../client-error.ts';
import type { OpenRepositoryRequest } from './open-repository.ts';
import { readAll, type Transport } from './transport.ts';
import { checkDescription, objectTo, verifyDescription, type RepositoryTrust, type VerifiedIndex } from './trust.ts';

/** Bounds of what is held in memory; real repositories stay far below. */
export const LIMITS = { description: 4 * 1024 ** 2, archive: 256 * 1024 ** 2, text: 1024 ** 3 } as const;

/** repository.yaml, or the file of a snapshot, from the first place that has it. */
export async function readDescription({ name, transports, reference = 'repository.yaml', trust, signal }: OpenRepositoryRequest): Promise<{ readonly transport: Transport; readonly file: RepositoryFile; readonly verified: VerifiedIndex | undefined }> {
  const { transport, bytes } = await readFirst(transports, reference, signal);
  // Nothing is read of bytes before they are found to be signed.
  const key = await verifyDescription({ trust, transport, reference, bytes, signal });
  const { repository: file, problems } = readRepository(bytes.toString('utf8'), `${transport.place}/${reference}`);
  if (file === undefined) throw new ClientError('format', `The repository ${name} cannot be used.`, { notes: problems.map(formatProblem) });
  const verified = checkDescription({ trust, transport, reference, bytes, file, key });
  return { transport, file, verified };
}

/** What the index says of each package. */
export async function readIndexOf({ name, transport, file, trust, signal }: { readonly name: string; readonly transport: Transport; readonly file: RepositoryFile; readonly trust: RepositoryTrust | undefined; readonly signal: AbortSignal }): Promise<{ readonly archives: readonly ArchiveMetadata[] }> {
  const meta = await readArchive(transport, file.files.meta, { what: 'index', trust, signal });
  const index = meta.get('repository.meta.yaml');
  if (index === undefined) throw new ClientError('format', `The index ${file.files.meta.filename} of the repository ${name} holds no file repository.meta.yaml.`);
  const { archives, problems } = readIndex(index.toString('utf8'), `${transport.place}/${file.files.meta.filename}`);
  refuse(name, problems);
  return { archives };
}

async function readFirst(transports: readonly Transport[], name: string, signal: AbortSignal): Promise<{ readonly transport: Transport; readonly bytes: Buffer }> {
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

interface ReadRequest {
  /** `tree`, `index` or `compilertree`. */
  readonly what: string;
  readonly trust: RepositoryTrust | undefined;
  readonly signal: AbortSignal;
}

/** The files of an archive of the repository by name. The digest is that of the file as it comes; it is compared before the content is used. */
export async function readArchive(transport: Transport, archive: RepositoryArchive, request: ReadRequest): Promise<ReadonlyMap<string, Buffer>> {
  const { what, signal } = request;
  const { filename } = archive;
  const bytes = await readVerified(transport, archive, request);
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

/** The bytes of an archive as they come, once they are those that repository.yaml names. */
export async function readVerified(transport: Transport, { filename, sha256 }: RepositoryArchive, { what, trust, signal }: ReadRequest): Promise<Buffer> {
  if (sha256 === '') objectTo(trust, new TrustError('uncovered', `The ${what} ${filename} of ${transport.place} is not covered by a signature: repository.yaml has no checksum of it.`, { hint: 'Publish the repository again.' }));
  const bytes = await readAll(transport.read(filename, signal), LIMITS.archive, `${transport.place}/${filename}`);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== '' && found !== sha256.toLowerCase()) {
    throw new ClientError('corrupt', `The ${what} ${filename} of ${transport.place} is not the one that repository.yaml names.`, { expected: `sha256 ${sha256}`, found: `sha256 ${found}`, hint: 'It was damaged, or is being published at this moment: try again.' });
  }
  return bytes;
}

export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

/** A repository with one definition that cannot be understood is not used in part: what is missing could be what another package requires. */
export function refuse(name: string, problems: readonly Problem[]): void {
  const errors = problems.filter(isError);
  if (errors.length > 0) throw new ClientError('format', `The repository ${name} cannot be used.`, { notes: errors.map(formatProblem) });
}
