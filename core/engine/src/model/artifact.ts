import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Digest, TaskKey } from './identity.ts';

// The nouns that flow between stages. A kind says where bytes live and which metadata travels with them.

/**
 * How bytes of a kind are kept.
 * `file`: one regular file. `tree`: a folder. `external`: in a plugin's {@link ArtifactStore} (container images).
 */
export type Storage = 'file' | 'tree' | 'external';

/**
 * What of a tree counts for its digest. `source`: path, type, executable bit, link target, content.
 * `rootfs`: also owner, full mode, extended attributes, device numbers. Times never count.
 */
export type HashProfile = 'source' | 'rootfs';

// `any`: metadata is invariant in the schema; a kind of any metadata must fit a port of unknown metadata.
export interface ArtifactKind<N extends string = string, M = any> {
  readonly name: N;
  readonly storage: Storage;
  /** Only for `tree`; default `source`. */
  readonly profile?: HashProfile;
  /** Checks the metadata that is emitted with an artifact of this kind. */
  readonly meta: StandardSchemaV1<unknown, M>;
}

export type MetaOf<K> = K extends ArtifactKind<string, infer M> ? M : never;

/** Defines an artifact kind. Kinds that several plugins share are in `@cos/core/artifacts`. */
export function defineArtifact<const N extends string, M>(kind: ArtifactKind<N, M>): ArtifactKind<N, M> {
  return Object.freeze({ ...kind });
}

/** A schema of metadata that has no fields. */
export const noMeta: StandardSchemaV1<unknown, Readonly<Record<never, never>>> = {
  '~standard': { version: 1, vendor: 'cos', validate: () => ({ value: {} }) },
};

/** A file or folder of the workspace, or one that a stage made: content and executable bits count, owners and times do not. */
export const fileTree = defineArtifact({ name: 'file-tree', storage: 'tree', meta: noMeta });
export type FileTree = typeof fileTree;

declare const refOf: unique symbol;

/** While planning: a promise of an artifact. Carries no bytes. */
export interface ArtifactRef<K extends ArtifactKind = ArtifactKind> {
  readonly [refOf]: K;
  /** Name of the kind. */
  readonly kind: K['name'];
  /** The task that makes it; undefined for a source. */
  readonly producer: TaskKey | undefined;
  /** Name of the task's output; for a source the workspace path with `/`. */
  readonly output: string;
}

/** Makes a reference; only the toolbox of the plan does. */
export function artifactRef<K extends ArtifactKind>(kind: K, producer: TaskKey | undefined, output: string): ArtifactRef<K> {
  // The brand exists in the type only.
  return Object.freeze({ kind: kind.name, producer, output }) as unknown as ArtifactRef<K>;
}

export interface ReadOptions {
  /** The parts to read, by the names that `list` tells, for `external` kinds that have parts; default all. */
  readonly only?: ReadonlySet<string>;
  /** True: a chunk may be overwritten when the next one is asked for, which spares memory where each chunk is used up at once. Default false. */
  readonly transient?: boolean;
}

/** While executing: bytes that are already in the store. */
export interface Artifact<K extends ArtifactKind = ArtifactKind> {
  readonly kind: K['name'];
  readonly digest: Digest;
  readonly meta: MetaOf<K>;
  /** A path to the bytes, read-only: a file, or a folder for trees. For `external` kinds the store exports to a file in scratch. */
  path(): Promise<string>;
  /** The bytes as a stream: of the file, or what the store gives for `external` kinds. Not for trees. */
  read(options?: ReadOptions): AsyncIterable<Uint8Array>;
  /** What the content consists of, without the content, in the form that the kind documents. Only for `external` kinds that have one. */
  list(): AsyncIterable<Uint8Array>;
}

/** What `emit` gives back: proof that an output was stored and checked. */
export interface Emitted<K extends ArtifactKind = ArtifactKind> {
  readonly kind: K['name'];
  readonly digest: Digest;
}

/**
 * Keeps the bytes of an `external` kind, for example images in a container engine. The engine asks `has` before it believes a record.
 * Digests are taken of normalised content, never of the ids that a foreign program gives.
 */
export interface ArtifactStore {
  /** Name of the kind that it keeps. */
  readonly kind: string;
  has(digest: Digest, signal: AbortSignal): Promise<boolean>;
  /** Takes what a stage made under a name of the foreign program (an image id) and answers the digest of its content. */
  import(locator: string, signal: AbortSignal): Promise<Digest>;
  /** Streams the content in the form that the kind documents, or a part of it. A digest always has the same bytes. */
  read(digest: Digest, signal: AbortSignal, options?: ReadOptions): AsyncIterable<Uint8Array>;
  /** Streams what the content consists of, in the form that the kind documents: cheaper than the content. Absent: the kind has no such form. */
  list?(digest: Digest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Forgets the bytes; used by `cos clean`. */
  remove(digest: Digest, signal: AbortSignal): Promise<void>;
}
