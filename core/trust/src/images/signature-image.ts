import { digestOf, encodeImage, RegistryError, type Descriptor, type EncodedManifest, type Registry } from '@cos/registry';
import type { SignedPayload } from '../signature/payload.ts';
import { TrustError } from '../trust-error.ts';
import { signatureTag } from './signature-tag.ts';

// Signatures in a registry as cosign keeps them: an image under the tag `sha256-<hex>.sig`, each layer a payload, whose signature is an annotation of the layer.

export const payloadMediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const signatureAnnotation = 'dev.cosignproject.cosign/signature';
const configMediaType = 'application/vnd.oci.image.config.v1+json';

/** Far above what real ones have. */
const MAX_SIGNATURES = 100;
const MAX_PAYLOAD = 1024 * 1024;

export interface SignaturesRequest {
  readonly registry: Registry;
  /** Where signatures are kept: `registry.example/os/base`, or another repository for them alone. */
  readonly repository: string;
  /** Of the signed manifest. */
  readonly digest: string;
  readonly signal: AbortSignal;
}

/** What lies under the tag of signatures. */
export interface KeptSignatures {
  /** Digest of the image that holds them; undefined when there is none. */
  readonly image: string | undefined;
  readonly signatures: readonly SignedPayload[];
}

/** Reads all signatures of a manifest, whoever made them. Throws RegistryError, and TrustError `signature-file` where the tag holds something else. */
export async function readSignatures({ registry, repository, digest, signal }: SignaturesRequest): Promise<KeptSignatures> {
  const reference = `${repository}:${signatureTag(digest)}`;
  const found = await registry.resolve(reference, { signal });
  if (found === undefined) return { image: undefined, signatures: [] };
  const { manifest } = await registry.manifest(`${repository}@${found.digest}`, { signal });
  if (manifest.kind !== 'image') throw damaged(reference, 'an index');
  if (manifest.layers.length > MAX_SIGNATURES) throw damaged(reference, `${manifest.layers.length} layers`);
  const signatures: SignedPayload[] = [];
  for (const layer of manifest.layers) {
    const signature = layer.annotations?.[signatureAnnotation];
    // Other programs attach other things there.
    if (signature === undefined || layer.mediaType !== payloadMediaType) continue;
    if (layer.size > MAX_PAYLOAD) throw damaged(reference, `a payload of ${layer.size} bytes`);
    signatures.push({ signature, payload: await readBlob(registry, repository, layer, signal) });
  }
  return { image: found.digest, signatures };
}

/** The image that holds the signatures, with its config. Same signatures, same bytes. */
export function encodeSignatures(signatures: readonly SignedPayload[]): { readonly manifest: EncodedManifest; readonly config: Uint8Array; readonly configDescriptor: Descriptor } {
  const layers = signatures.map(({ payload, signature }) => ({ mediaType: payloadMediaType, digest: digestOf(payload), size: payload.length, annotations: { [signatureAnnotation]: signature } }));
  const config = Buffer.from(JSON.stringify({ architecture: '', created: '0001-01-01T00:00:00Z', history: layers.map(() => ({ created: '0001-01-01T00:00:00Z' })), os: '', rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) }, config: {} }));
  const configDescriptor: Descriptor = { mediaType: configMediaType, digest: digestOf(config), size: config.length };
  return { manifest: encodeImage({ config: configDescriptor, layers }), config, configDescriptor };
}

/** Puts signatures in place of those that are there. */
export async function writeSignatures({ registry, repository, digest, signal }: SignaturesRequest, signatures: readonly SignedPayload[]): Promise<void> {
  const { manifest, config, configDescriptor } = encodeSignatures(signatures);
  for (const { payload } of signatures) {
    await registry.pushBlob({ repository, content: payload, descriptor: { mediaType: payloadMediaType, digest: digestOf(payload), size: payload.length }, signal });
  }
  await registry.pushBlob({ repository, content: config, descriptor: configDescriptor, signal });
  await registry.pushManifest({ reference: `${repository}:${signatureTag(digest)}`, bytes: manifest.bytes, mediaType: manifest.mediaType, signal });
}

async function readBlob(registry: Registry, repository: string, descriptor: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of registry.blob({ repository, descriptor, signal })) chunks.push(chunk);
  } catch (error) {
    if (error instanceof RegistryError && (error.code === 'corrupt' || error.code === 'not-found')) throw new TrustError('signature-file', `A signature in ${repository} is damaged: ${error.summary}`, { cause: error });
    throw error;
  }
  return Buffer.concat(chunks);
}

function damaged(reference: string, found: string): TrustError {
  return new TrustError('signature-file', `${reference} holds no signatures.`, { expected: 'an image whose layers are signed payloads', found });
}
