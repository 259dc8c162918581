/** Where the base image of a distribution comes from: the value `base`. */
export type BaseImage = BootstrappedBase | RegistryBase | ArchiveBase;

/** Made by a bootstrap program from Debian packages, once. */
export interface BootstrappedBase {
  readonly from: 'mmdebstrap';
  readonly suite: string;
  /** Default `[main]`. */
  readonly components?: readonly string[];
  /** Empty: the default mirror of the program. */
  readonly mirrors?: readonly string[];
  /** Installed into the base. */
  readonly packages?: readonly string[];
  /** Packages that are kept as files in /var/cache/cos/pool. */
  readonly pool?: readonly string[];
  /** Paths that the package manager leaves out. */
  readonly pathExcludes?: readonly string[];
}

/** An image of a registry, pinned by digest in cos.lock. */
export interface RegistryBase {
  readonly from: 'registry';
  /** Default: the value `image`. */
  readonly reference?: string;
}

/** A root filesystem in the workspace. */
export interface ArchiveBase {
  readonly from: 'archive';
  /** A tar file, compressed or not. */
  readonly path: string;
  /** Of the file; undefined: whatever is there. */
  readonly sha256?: string;
}
