import * as z from 'zod/mini';

// What is asked of a bootstrapped base, and what it was answered. Nothing may be taken for an option of the program, or leave its quotes in a shell.

const word = (form: RegExp) => z.string().check(z.regex(form));
const packageName = word(/^[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?(?:=[A-Za-z0-9.+~:-]+)?$/);

/** What decides which packages go in. */
const contentOptions = {
  /** `bookworm`, `noble`. */
  suite: word(/^[a-z0-9][a-z0-9.-]*$/),
  /** Set of packages to start from; default `minbase`: essential and required packages. `custom`: only what `packages` names. */
  variant: z._default(z.enum(['custom', 'essential', 'apt', 'minbase', 'required', 'important', 'standard']), 'minbase'),
  components: z._default(z.array(word(/^[a-z0-9][a-z0-9-]*$/)), ['main']),
  /**
   * Mirrors (`http://deb.debian.org/debian`) or lines of a sources.list (`deb http://… bookworm main`); default: those that mmdebstrap has for the
   * suite. The configuration of the host's apt is not used but for its proxies.
   */
  mirrors: z._default(z.array(word(/^(?:deb(?:-src)? |https?:\/\/|file:\/|copy:\/)[^\r\n]*$/)), []),
  /** Packages to install in addition. */
  packages: z._default(z.array(packageName), []),
  /** Packages that are not installed but kept as files in /var/cache/cos/pool, with what they depend on and the system lacks. */
  pool: z._default(z.array(packageName), []),
};

/** Packages by name: `2.6.1 sha256:…`, the version and the SHA-256 of the package file. */
const versions = z.record(z.string(), z.string().check(z.regex(/^[A-Za-z0-9.+~:-]+ sha256:[0-9a-f]{64}$/)));

/** Which packages went into a base: what cos.lock says of it. */
export const basePackages = z.object({
  /** What was installed. */
  packages: versions,
  /** What was put into the pool. */
  pool: versions,
  /** Releases of the mirrors by name, with the time at which they were made: `Debian bookworm: 2026-07-11T10:16:37Z`. For people. */
  releases: z.optional(z.record(z.string(), z.string())),
});
export type BasePackages = z.output<typeof basePackages>;

/** Only what is in the base makes it another one: a release may be newer and have the same packages. */
const pinnedPackages = z.pipe(
  basePackages,
  z.transform(({ packages, pool }) => ({ packages, pool })),
);

export const bootstrapOptions = z.object({
  ...contentOptions,
  /** How mmdebstrap gets the rights that it needs: by being root, by a user namespace, by neither (few packages allow it), or by what is there. Default `auto`. */
  mode: z._default(z.enum(['auto', 'root', 'unshare', 'chrootless']), 'auto'),
  /** Patterns of paths that the package manager never unpacks, there and in everything built on it: `/usr/share/doc/*`. */
  pathExcludes: z._default(z.array(word(/^\/[^\s"'\\]*$/)), []),
  /** The packages that have to go in, as the pin `packages` answers. */
  pinned: pinnedPackages,
});
export type BootstrapOptions = z.output<typeof bootstrapOptions>;

/** What the pin `packages` is asked beside the name of the base. */
export const packagesRequest = z.object({
  ...contentOptions,
  platform: z.enum(['linux/amd64', 'linux/arm64']),
  /** Files or folders of the workspace with the keys that mirrors are signed with; default: those that the host has for the suite. */
  keyrings: z._default(z.array(z.string().check(z.regex(/^[^"\r\n]+$/))), []),
});
export type PackagesRequest = z.output<typeof packagesRequest>;

/** What decides the packages, whichever of both says it. */
export type BaseContent = Pick<BootstrapOptions, keyof typeof contentOptions>;
