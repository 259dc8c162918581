import type { ArchiveMetadata, PackageDefinition, ValueMap } from '@cos/luet';

/** A package of a repository: what the tree says of it, and where its archive is. */
export interface PublishedPackage {
  /** Name of the repository. */
  readonly repository: string;
  readonly definition: PackageDefinition;
  /** Text of finalize.yaml, a template; undefined when there is none. */
  readonly finalizer: string | undefined;
  /** What its finalizer sees: the definition of the tree. */
  readonly values: ValueMap;
  readonly archive: ArchiveMetadata;
}
