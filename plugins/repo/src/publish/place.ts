import type { Transport } from '@cos/client';
import type { ArchiveMetadata, Identity } from '@cos/luet';
import type { GivenArchive } from '../match-packages.ts';
import type { IndexSigner } from './index-signer.ts';

/** A package that is brought to the place. */
export interface BroughtPackage {
  readonly identity: Identity;
  readonly archive: GivenArchive;
  readonly metadata: ArchiveMetadata;
}

/**
 * Where a repository is published: a folder, or an image repository of a registry. Objects have names: files, or tags. A reader follows repository.yaml, so
 * everything that it names is brought before `replace` puts a new one in place, under names that nobody reads yet.
 */
export interface Place {
  /** How messages name it. */
  readonly name: string;
  readonly type: 'files' | 'images';
  /** How what is published there is read. */
  readonly transport: Transport;
  /** Waits until nobody else of this machine publishes there, where that can be told; the answer gives the place free. */
  lock(onWait: (holder: string) => void): Promise<() => void>;
  /** What tells one repository.yaml from another; undefined when there is none. */
  mark(): Promise<string | undefined>;
  /** Names of all objects that are there. */
  names(): Promise<ReadonlySet<string>>;
  /** The names under which a package lies there: its content first, then its metadata. */
  objectsOf(entry: ArchiveMetadata): readonly [string, string];
  /** Brings a package, and answers what the index says of it. */
  putPackage(one: BroughtPackage): Promise<ArchiveMetadata>;
  /** Brings the metadata of a package whose content is there. */
  putMetadata(identity: Identity, metadata: ArchiveMetadata): Promise<void>;
  /** Brings a file of the index. */
  putFile(name: string, content: { readonly path: string } | { readonly text: string }): Promise<void>;
  /** Brings the signature of a file of the index, under a name that follows from its digest: it is there before the file is put in place. */
  sign(name: string, text: string, signer: IndexSigner): Promise<void>;
  /** Brings a signed statement about a file of the index, in the same way. `before`: what `mark` tells of the index that is there. */
  attest(name: string, text: string, statement: { readonly text: string; readonly before: string | undefined; readonly signer: IndexSigner }): Promise<void>;
  /** Whether the index that `mark` tells of has a statement that the signer has signed. */
  isAttested(mark: string, signer: IndexSigner): Promise<boolean>;
  /** Puts repository.yaml in place at once, unless another one than that of `mark` is there: then false. */
  replace(text: string, mark: string | undefined): Promise<boolean>;
  /** Removes objects that no index names; answers those that had to stay, with the reason. */
  remove(names: readonly string[]): Promise<readonly string[]>;
}

/** The name of an index file of a snapshot. */
export function snapshotName(id: string, file: string): string {
  return `${id}-${file}`;
}

/** Snapshots among the names of a place. */
export function snapshotsOf(names: ReadonlySet<string>): readonly string[] {
  return [...names].flatMap((name) => (name.endsWith('-repository.yaml') ? [name.slice(0, -'-repository.yaml'.length)] : [])).sort();
}
