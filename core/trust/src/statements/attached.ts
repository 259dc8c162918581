import { digestOf, emptyContent, encodeImage, RegistryError, type Descriptor, type Registry } from '@cos/registry';
import { TrustError } from '../trust-error.ts';

// What is attached to an image: artifacts of one layer that refer to it, which registries list by the digest of the image. What others attach in that form is
// listed as well. Format: OCI image specification 1.1, "Guidelines for Artifact Usage", and distribution specification 1.1, "Listing Referrers".

export interface AttachedPlace {
  readonly registry: Registry;
  /** Where it is kept: the repository of the image, or another one for signatures alone. */
  readonly repository: string;
  /** Of the image. */
  readonly digest: string;
  readonly signal: AbortSignal;
}

export interface Attachment {
  /** Of the artifact and of its layer. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** The name of a file that has these bytes. */
  readonly title: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** One of the artifacts that refer to an image. */
export interface Attached {
  /** How messages name it: `host/path@sha256:…`. */
  readonly name: string;
  /** Of its manifest. */
  readonly digest: string;
  readonly type: string;
  /** What is attached. Its digest is compared when it is read. */
  readonly content: Descriptor;
  readonly title: string | undefined;
}

/** Far above what images have. */
const MAX_ATTACHED = 500;
const MAX_BYTES = 64 * 1024 * 1024;
const TITLE = 'org.opencontainers.image.title';

/** Attaches bytes to an image. The same bytes under the same name are one artifact, however often they are attached. */
export async function attach(place: AttachedPlace, subject: Descriptor, { type, bytes, title, annotations }: Attachment): Promise<Descriptor> {
  const { registry, repository, signal } = place;
  const layer = { mediaType: type, digest: digestOf(bytes), size: bytes.length, annotations: { [TITLE]: title } };
  const { mediaType, digest, size } = subject;
  const manifest = encodeImage({ artifactType: type, config: emptyContent.descriptor, layers: [layer], subject: { mediaType, digest, size }, ...(annotations === undefined ? {} : { annotations }) });
  await registry.pushBlob({ repository, content: bytes, descriptor: layer, signal });
  await registry.pushBlob({ repository, content: emptyContent.bytes, descriptor: emptyContent.descriptor, signal });
  return registry.pushManifest({ reference: repository, bytes: manifest.bytes, mediaType: manifest.mediaType, signal });
}

/** What of some types is attached to an image. Throws TrustError `invalid` where a list names what says that it is about something else. */
export async function listAttached({ registry, repository, digest, signal }: AttachedPlace, types: readonly string[]): Promise<readonly Attached[]> {
  const listed = (await registry.referrers(`${repository}@${digest}`, { signal })).filter(({ artifactType }) => artifactType !== undefined && types.includes(artifactType));
  if (listed.length > MAX_ATTACHED) throw new TrustError('signature-file', `${repository}@${digest} has more attached to it than is read.`, { expected: `at most ${MAX_ATTACHED}`, found: String(listed.length) });
  const found: Attached[] = [];
  for (const entry of listed) {
    const name = `${repository}@${entry.digest}`;
    const { manifest } = await reading(name, async () => registry.manifest(name, { signal }));
    const [content, ...others] = manifest.kind === 'image' ? manifest.layers : [];
    if (manifest.subject?.digest !== digest) throw new TrustError('invalid', `${name} is listed as attached to ${repository}@${digest}, but is not.`, { expected: `the subject ${digest}`, found: manifest.subject?.digest ?? 'none', hint: 'Somebody has put it into the list of another image: do not use it.' });
    if (content === undefined || others.length > 0 || manifest.artifactType === undefined) throw new TrustError('signature-file', `${name} is no attached file.`, { expected: 'an artifact of one layer', found: `${others.length + (content === undefined ? 0 : 1)} layers` });
    found.push({ name, digest: entry.digest, type: manifest.artifactType, content, title: content.annotations?.[TITLE] });
  }
  return found.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** The bytes of what is attached. */
export async function readAttached({ registry, repository, signal }: Omit<AttachedPlace, 'digest'>, { name, content }: Attached): Promise<Uint8Array> {
  if (content.size > MAX_BYTES) throw new TrustError('signature-file', `${name} is larger than anything that is read.`, { expected: `at most ${MAX_BYTES} bytes`, found: String(content.size) });
  return reading(name, async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of registry.blob({ repository, descriptor: content, signal })) chunks.push(chunk);
    return Buffer.concat(chunks);
  });
}

/** Deletes what refers to an image that is deleted, and the list of it. Throws RegistryError `unsupported` and `denied` where the registry does not. */
export async function deleteAttached({ registry, repository, digest, signal }: AttachedPlace): Promise<void> {
  for (const entry of await registry.referrers(`${repository}@${digest}`, { signal })) await registry.delete(`${repository}@${entry.digest}`, { signal });
  const list = await registry.resolve(`${repository}:${digest.replace(':', '-')}`, { signal });
  if (list !== undefined) await registry.delete(`${repository}@${list.digest}`, { signal });
}

async function reading<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RegistryError && (error.code === 'corrupt' || error.code === 'not-found')) throw new TrustError('signature-file', `What is attached as ${name} is damaged: ${error.summary}`, { cause: error });
    throw error;
  }
}
