import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { imageTransport } from '@cos/client';
import { imageId, metadataFileName, metadataImageTag, writeMetadata } from '@cos/luet';
import { fileContent, formatPlatform, RegistryError, type BlobContent, type Descriptor, type Platform, type Registry } from '@cos/registry';
import { attachStatement, deleteAttached, readImageStatements, signatureTag, signImage } from '@cos/trust';
import { fileImage, packageImage, tagOf, titleAnnotation, type ObjectImage } from '../image/object-image.ts';
import { sealIndexStatement } from './index-statement.ts';
import type { Place } from './place.ts';
import { pushAgain } from './push-again.ts';

export interface ImagePlaceOptions {
  readonly registry: Registry;
  /** `host/path`, without tag. */
  readonly repository: string;
  /** What the images say that they are for. */
  readonly platform: Platform;
  /** An existing folder for layers. */
  readonly scratch: string;
  readonly signal: AbortSignal;
}

/**
 * An image repository: one image for each object, named by its tag. Registries know no lock: whether another one was faster is seen just before a tag is
 * moved, and again afterwards.
 */
export function imagePlace({ registry, repository, platform, scratch, signal }: ImagePlaceOptions): Place {
  const made = async <T>(make: (folder: string) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(scratch, 'image-'));
    try {
      return await make(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  // Of two uploads of one blob at a time docker-registry may lose one.
  const uploads = new Map<string, Promise<unknown>>();
  const pushBlob = async (content: BlobContent | Uint8Array, descriptor: Descriptor): Promise<void> => {
    const running = uploads.get(descriptor.digest);
    if (running !== undefined) await running.catch(() => undefined);
    const upload = registry.pushBlob({ repository, content, descriptor, signal });
    uploads.set(descriptor.digest, upload);
    await upload;
  };
  const pushBlobs = async ({ layer, config }: ObjectImage): Promise<void> => {
    await pushBlob(fileContent(layer.path), layer.descriptor);
    await pushBlob(config.bytes, config.descriptor);
  };
  const push = async (image: ObjectImage): Promise<string> =>
    pushAgain(async () => {
      await pushBlobs(image);
      const { bytes, mediaType } = image.manifest;
      return (await registry.pushManifest({ reference: `${repository}:${image.tag}`, bytes, mediaType, signal })).digest;
    }, signal);
  const putFile: Place['putFile'] = async (name, content) => void (await made(async (folder) => push(await fileImage(name, content, { platform, scratch: folder, signal }))));
  const markOf = async (tag: string): Promise<string | undefined> => (await registry.resolve(`${repository}:${tag}`, { signal }))?.digest;

  return {
    name: repository,
    type: 'images',
    transport: imageTransport({ registry, repository, platform: formatPlatform(platform) }),
    lock: async () => () => undefined,
    mark: async () => markOf('repository.yaml'),
    names: async () => new Set((await registry.tags(repository, { signal })) ?? []),
    objectsOf: (entry) => [imageId(entry.package), metadataImageTag(entry.package)],
    async putPackage({ identity, archive, metadata }) {
      await putFile(metadataFileName(identity), { text: writeMetadata(metadata) });
      const image = await made(async (folder) => push(await packageImage(imageId(identity), archive, { platform, scratch: folder, signal })));
      return { ...metadata, image };
    },
    putMetadata: async (identity, metadata) => putFile(metadataFileName(identity), { text: writeMetadata(metadata) }),
    putFile,
    async sign(name, text, { key, signatures }) {
      const { digest } = await made(async (folder) => (await fileImage(name, { text }, { platform, scratch: folder, signal })).manifest.descriptor);
      await signImage({ registry, repository, digest, key, ...(signatures === undefined ? {} : { signatures }), signal });
    },
    async attest(name, text, { text: statement, before, signer }) {
      const subject = await made(async (folder) => (await fileImage(name, { text }, { platform, scratch: folder, signal })).manifest.descriptor);
      const { digest } = subject;
      const envelope = sealIndexStatement({ statement, name: repository, sha256: hexOf(digest), before: before === undefined ? undefined : hexOf(before), signer });
      await pushAgain(async () => attachStatement({ registry, repository: signer.signatures ?? repository, digest, subject, envelope, key: signer.trusted, signal }), signal);
    },
    async isAttested(mark, { trusted, signatures = repository }) {
      return (await readImageStatements({ registry, repository: signatures, image: repository, digest: mark, keys: [trusted], signal })).signed.length > 0;
    },
    async replace(text, mark) {
      return made(async (folder) => {
        const image = await fileImage('repository.yaml', { text }, { platform, scratch: folder, signal });
        return pushAgain(async () => {
          await pushBlobs(image);
          // The last moment in which the protocol lets one look.
          if ((await markOf('repository.yaml')) !== mark) return false;
          await registry.pushManifest({ reference: `${repository}:repository.yaml`, bytes: image.manifest.bytes, mediaType: image.manifest.mediaType, signal });
          return true;
        }, signal);
      });
    },
    async remove(names) {
      const stayed: string[] = [];
      for (const tag of names.map(tagOf)) {
        const why = await removeTag(tag);
        if (why !== undefined) stayed.push(`${tag}: ${why}`);
      }
      return stayed;
    },
  };

  function hexOf(digest: string): string {
    return digest.slice('sha256:'.length);
  }

  /** Registries delete manifests with all their tags: only one that says that it is of this tag alone may go. */
  async function removeTag(tag: string): Promise<string | undefined> {
    const found = await registry.resolve(`${repository}:${tag}`, { signal });
    if (found === undefined) return undefined;
    const { manifest } = await registry.manifest(`${repository}@${found.digest}`, { signal });
    const title = manifest.annotations?.[titleAnnotation];
    if (title === undefined || tagOf(title) !== tag) return 'its image may have other tags, too, with which it would be deleted';
    try {
      await registry.delete(`${repository}@${found.digest}`, { signal });
      await deleteAttached({ registry, repository, digest: found.digest, signal });
      const signature = await registry.resolve(`${repository}:${signatureTag(found.digest)}`, { signal });
      if (signature !== undefined) await registry.delete(`${repository}@${signature.digest}`, { signal });
      return undefined;
    } catch (error) {
      if (error instanceof RegistryError && (error.code === 'unsupported' || error.code === 'denied')) return error.summary;
      throw error;
    }
  }
}
