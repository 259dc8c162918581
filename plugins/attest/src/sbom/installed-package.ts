/** One package that a database of a package manager in a root filesystem lists as installed. Texts are as the database states them. */
export interface InstalledPackage {
  readonly manager: PackageManager;
  readonly name: string;
  /** With epoch and revision as the manager writes them; of rpm without the epoch: `version-release`. */
  readonly version: string;
  /** Of rpm alone; undefined: none. */
  readonly epoch?: number;
  /** As the manager calls it (`amd64`, `x86_64`, `all`, `noarch`); undefined: none. */
  readonly architecture?: string;
  /** What the database says about licences, in whatever words; undefined: nothing. dpkg's has none. */
  readonly license?: string;
  /** Who is answerable for it: the maintainer, of rpm the vendor; often `Name <address>`. */
  readonly supplier?: string;
  /** What it was built from. */
  readonly source?: SourcePackage;
}

export type PackageManager = 'deb' | 'apk' | 'rpm';

export interface SourcePackage {
  /** Of rpm the file name of the source package. */
  readonly name: string;
  /** Undefined: that of the package, or part of the name. */
  readonly version?: string;
}

/** What a reader of a database found. Problems are all there are, up to a bound; packages count only where there are none. */
export interface ReadDatabase {
  readonly packages: readonly InstalledPackage[];
  readonly problems: readonly DatabaseProblem[];
}

export interface DatabaseProblem {
  /** What was expected and what was found, without the name of the file. */
  readonly message: string;
  /** Path in the root filesystem, without a leading slash. */
  readonly file: string;
  /** Of texts. */
  readonly at?: TextPlace;
  /** Of binary files: the byte at which it was noticed. */
  readonly offset?: number;
}

export interface TextPlace {
  /** Counted from 1. */
  readonly line: number;
  /** The text with the lines around this one; those above are empty. */
  readonly source: string;
}
