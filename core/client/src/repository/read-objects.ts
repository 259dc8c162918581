// The objects of a repository that say what it holds, each compared with its checksum before a byte of it is believed.
import { createHash } from 'node:crypto';
import { decompress, readTar } from '@cos/archive';
import { formatProblem, isError, readIndex, readRepository, type ArchiveMetadata, type Problem, type RepositoryArchive, type RepositoryFile } from '@cos/luet';
import { ClientError, reasonOf } from '../client-error.ts';
import type { OpenRepositoryRequest } from './open-repository.ts';
import { readAll, type Transport } from './transport.ts';

/** Bounds of what is held in memory; real repositories stay far below. */
export const LIMITS = { description: 4 * 1024 ** 2, archive: 256 * 1024 ** 2, text: 1024 ** 3 } as const;

/** repository.yaml, or the file of a snapshot, from the first place that has it. */
export async function readDescription({ name, transports, reference = 'repository.yaml', verify, signal }: OpenRepositoryRequest): Promise<{ readonly transport: Transport; readonly file: RepositoryFile }> {
  const { transport, bytes } = await readFirst(transports, reference, signal);
  await verify?.(bytes, transport, signal);
  const { repository: file, problems } = readRepository(bytes.toString('utf8'), `${transport.place}/${reference}`);
  if (file === undefined) throw new ClientError('format', `The repository ${name} cannot be used.`, { notes: problems.map(formatProblem) });
  return { transport, file };
}

/** What the index says of each package. */
export async function readIndexOf({ name, transport, file, signal }: { readonly name: string; readonly transport: Transport; readonly file: RepositoryFile; readonly signal: AbortSignal }): Promise<{ readonly archives: readonly ArchiveMetadata[] }> {
  const meta = await readArchive(transport, file.files.meta, 'index', signal);
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

/** The files of an archive of the repository by name. The digest is that of the file as it comes; it is compared before the content is used. */
export async function readArchive(transport: Transport, archive: RepositoryArchive, what: string, signal: AbortSignal): Promise<ReadonlyMap<string, Buffer>> {
  const { filename } = archive;
  const bytes = await readVerified(transport, archive, what, signal);
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
export async function readVerified(transport: Transport, { filename, sha256 }: RepositoryArchive, what: string, signal: AbortSignal): Promise<Buffer> {
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
