import type { PackageReference } from '@cos/luet';

/** What the record of a root says of one package. Plain JSON. */
export interface InstalledPackage {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly requires: readonly PackageReference[];
  readonly conflicts: readonly PackageReference[];
  readonly provides: readonly PackageReference[];
  /** Name of the repository that it came from. */
  readonly repository: string;
  /** Free text of the index; another one means another build of the same version. */
  readonly buildTimestamp: string;
  /** Of the archive as it was published, hexadecimal; '' when the index had none. */
  readonly sha256: string;
  /** Asked for by name, not only required by another package. */
  readonly requested: boolean;
  /** Everything but folders, relative to the root, sorted. */
  readonly files: readonly string[];
  /** Folders that the archive has, relative to the root, sorted. */
  readonly folders: readonly string[];
  /** Its finalizer has not run, or not to its end. */
  readonly pendingFinalizer?: PendingFinalizer;
}

export interface PendingFinalizer {
  /** Program with arguments; the command comes last. */
  readonly shell: readonly string[];
  readonly commands: readonly string[];
  /** Lower ones run first: what is required comes before who requires it. */
  readonly order: number;
}

/** `category/name@version`, as messages name it. */
export function labelOf({ category, name, version }: { readonly category: string; readonly name: string; readonly version: string }): string {
  return `${category === '' ? '' : `${category}/`}${name}${version === '' ? '' : `@${version}`}`;
}

/** Equal for the same package in the same version, whoever tells of it. */
export function identityOf({ category, name, version }: { readonly category: string; readonly name: string; readonly version: string }): string {
  return JSON.stringify([category, name, version]);
}
