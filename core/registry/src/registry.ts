import type { Descriptor } from './manifest/descriptor.ts';
import type { Platform } from './manifest/platform.ts';
import type { PulledConfig } from './pull/choose-image.ts';
import type { PulledManifest } from './pull/pull-manifest.ts';
import type { BlobContent } from './push/content.ts';
import type { PushOutcome } from './push/push-blob.ts';
import type { Reference, Repository } from './reference/reference.ts';

export interface CallOptions {
  /** Ends the call with the signal's own reason. */
  readonly signal?: AbortSignal;
}

export interface PlatformOptions extends CallOptions {
  /**
   * Which image is meant: `linux/amd64`. Of an index, the one that suits best; an image that says that it is for something else is none.
   * Undefined = the reference itself, index or image.
   */
  readonly platform?: string | Platform;
}

export interface ReferrersOptions extends CallOptions {
  /** Only those of this kind. */
  readonly artifactType?: string;
}

export interface BlobRequest extends CallOptions {
  readonly repository: string | Repository;
  readonly descriptor: Pick<Descriptor, 'digest' | 'size'>;
}

export interface BlobUpload extends CallOptions {
  readonly repository: string | Repository;
  /** Bytes, or what can be read again from any offset, such as `fileContent(path)`. */
  readonly content: Uint8Array | BlobContent;
  /** What the content is. Undefined = it is read once more to find out. */
  readonly descriptor?: Descriptor;
  /** Repositories of the same registry that may have the blob already. */
  readonly mountFrom?: readonly (string | Repository)[];
  /** The most bytes of one request, for proxies with a limit. Undefined = everything in one. */
  readonly chunkBytes?: number;
  /** Told how many bytes are sent so far; the number falls where something is sent again. */
  readonly onProgress?: (sentBytes: number) => void;
}

export interface PushedBlob {
  readonly descriptor: Descriptor;
  readonly outcome: PushOutcome;
}

export interface ManifestUpload extends CallOptions {
  /** With a tag, a digest, or both; with neither, the manifest has no tag. */
  readonly reference: string | Reference;
  /** The manifest as it is: its digest is that of these bytes. */
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/**
 * Registries, each found by the host of a reference. Every method throws {@link RegistryError} for expected problems. Every byte that comes out is
 * verified by its digest.
 */
export interface Registry extends AsyncDisposable {
  /** The descriptor of a manifest, by one request where the registry says enough. Undefined only where the registry says that it does not exist. */
  resolve(reference: string | Reference, options?: PlatformOptions): Promise<Descriptor | undefined>;
  /** The manifest itself. Throws `not-found`. */
  manifest(reference: string | Reference, options?: PlatformOptions): Promise<PulledManifest>;
  /** The config of an image. Throws `no-platform` where the reference is an index and no platform is given. */
  config(reference: string | Reference, options?: PlatformOptions): Promise<PulledConfig>;
  /** The bytes of a blob. The last piece comes only when everything is verified. */
  blob(request: BlobRequest): AsyncIterable<Uint8Array>;
  hasBlob(request: { readonly repository: string | Repository; readonly digest: string } & CallOptions): Promise<boolean>;
  /** Sends a blob, unless the repository has it or can get it from another one. */
  pushBlob(upload: BlobUpload): Promise<PushedBlob>;
  /** Pushes a manifest, whose blobs must be there already. One that has a subject is then among the subject's referrers. */
  pushManifest(upload: ManifestUpload): Promise<Descriptor>;
  /** Gives a manifest another tag in its repository. */
  tag(reference: string | Reference, tag: string, options?: CallOptions): Promise<Descriptor>;
  /** All tags, sorted by code unit. Undefined only where the registry says that the repository does not exist. */
  tags(repository: string | Repository, options?: CallOptions): Promise<readonly string[] | undefined>;
  /** Manifests that are about a manifest, such as its signatures. The reference must have a digest. */
  referrers(reference: string | Reference, options?: ReferrersOptions): Promise<readonly Descriptor[]>;
  /** Deletes a manifest by its digest, with all its tags, or a tag alone; the second is `unsupported` by many registries. */
  delete(reference: string | Reference, options?: CallOptions): Promise<void>;
  /** Closes the connections. Not needed for a program to end. */
  close(): Promise<void>;
}
