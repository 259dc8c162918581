import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ClientError, diskTransport, imageTransport, openRepository, type Transport } from '@cos/client';
import { formatPlatform, hostPlatform, type Registry } from '@cos/registry';
import { TrustError, verifyIndexFile, type Policy } from '@cos/trust';
import type { Subject } from '../subject.ts';

export interface VerifyRepositoryRequest {
  readonly subject: Extract<Subject, { readonly kind: 'folder' | 'repository' }>;
  readonly registry: Registry;
  readonly policy: Pick<Policy, 'keys' | 'identity' | 'signatures'>;
  /** A signature file of the index of a folder; undefined: looked for. */
  readonly signature: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * The signature of the index, and then everything that follows from it: trees, list of packages, and the bytes of every package. Answers what to tell, a line
 * each. Throws TrustError and ClientError that name the object.
 */
export async function verifyRepository({ subject, registry, policy, signature, signal }: VerifyRepositoryRequest): Promise<readonly string[]> {
  const transport = subject.kind === 'folder' ? folderTransport(subject.folder, signature) : imageTransport({ registry, repository: subject.repository, platform: formatPlatform(hostPlatform()) });
  const opened = await openRepository({ name: subject.shown, transports: [transport], trust: { ...policy, mode: 'enforce', now: new Date(), warn: () => undefined }, signal });
  const { file, packages, verified } = opened;
  for (const { archive, definition } of packages) {
    signal.throwIfAborted();
    const label = `${definition.category}/${definition.name}@${definition.version}`;
    const hash = createHash('sha256');
    const object = { ...definition, path: archive.path, sha256: archive.sha256, ...(archive.image === undefined ? {} : { image: archive.image }) };
    for await (const chunk of opened.transport.readPackage(object, signal)) hash.update(chunk);
    const found = hash.digest('hex');
    if (transport.keepsArchives && found !== archive.sha256.toLowerCase()) {
      throw new TrustError('invalid', `The archive ${archive.path} of ${label} in ${transport.place} is not the one that the signed index names.`, { expected: `sha256 ${archive.sha256}`, found: `sha256 ${found}`, hint: 'It was changed or damaged: do not install from the repository.' });
    }
  }
  const time = new Date(file.lastUpdate * 1000).toISOString().replace('.000', '');
  return [
    `good: ${subject.shown} is signed by the owner of ${verified?.key ?? ''}`,
    `${file.name}, revision ${file.revision} of ${time}, with ${packages.length} ${packages.length === 1 ? 'package' : 'packages'} whose digests follow from it`,
  ];
}

/** A folder whose signature may lie beside it: a folder that is built is not added to. */
function folderTransport(folder: string, signature: string | undefined): Transport {
  const read = async (path: string): Promise<string | undefined> => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
      throw new ClientError('unreachable', `The signature ${path} cannot be read.`, { cause: error });
    }
  };
  return {
    ...diskTransport(folder),
    verify: async (name, bytes, { keys }) =>
      verifyIndexFile({
        bytes,
        name,
        subject: join(folder, name),
        keys,
        read: async (file) => (signature === undefined ? ((await read(join(folder, file))) ?? (await read(join(folder, '..', basename(file))))) : read(signature)),
      }),
  };
}
