/** Where the base image of a distribution comes from: the value `base`. */
export type BaseImage = BootstrappedBase | RegistryBase | EngineBase | ArchiveBase | FolderBase;

/** Made by a bootstrap program of Debian packages: those that cos.lock names. */
export interface BootstrappedBase {
  readonly from: 'mmdebstrap';
  readonly suite: string;
  /** The set of packages to start from; default `minbase`. */
  readonly variant?: 'custom' | 'essential' | 'apt' | 'minbase' | 'required' | 'important' | 'standard';
  /** Default `[main]`. */
  readonly components?: readonly string[];
  /** Empty: the default mirror of the program. */
  readonly mirrors?: readonly string[];
  /** Files or folders of the workspace with the keys that the mirrors are signed with; empty: those that the host has for the suite. */
  readonly keyrings?: readonly string[];
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

/** What the container engine has under the name, pinned by its content in cos.lock. */
export interface EngineBase {
  readonly from: 'engine';
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

/** A folder of the workspace that is a root filesystem. Everything in it belongs to root; files are 0644 or, when executable, 0755; folders 0755. */
export interface FolderBase {
  readonly from: 'folder';
  readonly path: string;
  /** Other owners and modes (octal) by path: `/usr/bin/su`; with a slash at the end owners of a folder and everything in it: `/home/user/`. */
  readonly attributes?: Readonly<Record<string, { readonly mode?: string; readonly uid?: number; readonly gid?: number }>>;
}
