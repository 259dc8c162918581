// How the objects of a repository are had, whatever its type. Names are file names without folders: anything else is refused before it is asked for.
import { verifyIndexFile, type Policy, type TrustedKey } from '@cos/trust';
import { ClientError } from '../client-error.ts';

export interface Transport {
  /** How messages name the place: a folder or an address, without credentials. */
  readonly place: string;
  /**
   * The bytes of a file of the repository, as they come; whoever reads them verifies them.
   * Throws a ClientError: `not-found`, or `unreachable` when nobody can tell.
   */
  read(name: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** The content of a package, as a tar that may be compressed. Where a repository keeps packages as files, the same as `read`. */
  readPackage(object: PackageObject, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** True when `readPackage` gives the very bytes that the index has a checksum of. */
  readonly keepsArchives: boolean;
  /**
   * Who of those whose signatures count has signed a file, as it was read. Throws TrustError `unsigned`, `invalid`, `identity` or `signature-file`, and
   * ClientError where nobody can tell.
   */
  verify(name: string, bytes: Uint8Array, by: Signers, signal: AbortSignal): Promise<TrustedKey>;
  /** The digest of a package's image, where that image is signed itself. Undefined: packages have no signatures there. Throws as `verify`. */
  readonly verifyPackage?: (object: PackageObject, by: Signers, signal: AbortSignal) => Promise<string>;
}

export type Signers = Pick<Policy, 'keys' | 'identity' | 'signatures'>;

export interface PackageObject {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** File name of the archive, from the index. */
  readonly path: string;
  /** Digest of the image with the content, where the index says it. */
  readonly image?: string;
  /** Digest of the archive in hexadecimal, where the index says it. */
  readonly sha256?: string;
}

/** Refuses names that could mean another place than the repository's own folder. */
export function checkObjectName(name: string, place: string): string {
  if (/^[^/\\\0\r\n]{1,255}$/.test(name) && name !== '.' && name !== '..') return name;
  throw new ClientError('unsafe', `The repository ${place} names a file ${JSON.stringify(name.slice(0, 200))}, which is no plain file name.`, { expected: 'a name without folders' });
}

/** All bytes of a stream, of which there may be at most `limit`. */
export async function readAll(stream: AsyncIterable<Uint8Array>, limit: number, what: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw new ClientError('limit', `${what} is larger than ${limit} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The signature of a file, from the files beside it. */
export async function verifyBeside({ place, read }: Pick<Transport, 'place' | 'read'>, { name, bytes, keys, signal }: { readonly name: string; readonly bytes: Uint8Array; readonly keys: Signers['keys']; readonly signal: AbortSignal }): Promise<TrustedKey> {
  return verifyIndexFile({
    bytes,
    name,
    subject: `${place.replace(/\/$/, '')}/${name}`,
    keys,
    read: async (file) => {
      try {
        return (await readAll(read(file, signal), SIGNATURE_LIMIT, `${place}/${file}`)).toString('utf8');
      } catch (error) {
        if (error instanceof ClientError && error.code === 'not-found') return undefined;
        throw error;
      }
    },
  });
}

const SIGNATURE_LIMIT = 64 * 1024;
