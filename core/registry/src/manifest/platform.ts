import type { Descriptor } from './descriptor.ts';

/** What an image runs on, in the words of Go: `linux`, `amd64`, `v8`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** Undefined = the architecture's usual one. */
  readonly variant?: string;
}

/** Reads `linux/amd64` or `linux/arm/v7`; undefined where the text has another form. Names of other systems (`x86_64`, `aarch64`) are understood. */
export function parsePlatform(text: string): Platform | undefined {
  const [os = '', architecture = '', variant, ...more] = text.toLowerCase().split('/');
  if (more.length > 0 || ![os, architecture, variant ?? 'v'].every((part) => /^[a-z0-9][a-z0-9._-]*$/.test(part))) return undefined;
  return normalise({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** What images for this machine run on. They are images of Linux, whatever system it has. */
export function hostPlatform(architecture: string = process.arch): Platform {
  return { os: 'linux', architecture: (Object.hasOwn(nodeNames, architecture) ? nodeNames[architecture] : undefined) ?? architecture };
}

/** Where Node has another name than Go. Node runs on ppc64 with little-endian Linux alone. */
const nodeNames: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le', mipsel: 'mipsle' };

/**
 * The entry of an index that suits a platform best: the same variant, else the highest lower one, because newer processors run older code.
 * An index with one entry that names no platform gives that entry.
 */
export function selectPlatform(entries: readonly Descriptor[], wanted: Platform): Descriptor | undefined {
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0 && only.platform === undefined) return only;
  const acceptable = acceptableVariants(normalise(wanted));
  let best: { readonly entry: Descriptor; readonly rank: number } | undefined;
  for (const entry of entries) {
    const rank = entry.platform === undefined ? -1 : rankOf(entry.platform, wanted, acceptable);
    if (rank !== -1 && (best === undefined || rank < best.rank)) best = { entry, rank };
  }
  return best?.entry;
}

/** Whether what is built for one platform runs on the wanted one. */
export function suits(platform: Platform, wanted: Platform): boolean {
  return rankOf(platform, wanted, acceptableVariants(normalise(wanted))) !== -1;
}

const otherNames: Readonly<Record<string, Pick<Platform, 'architecture' | 'variant'>>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
  i386: { architecture: '386' },
};

/** The variants that are meant where none is written. */
const usualVariants: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' };

function normalise({ os, architecture, variant }: Platform): Platform {
  const other = Object.hasOwn(otherNames, architecture) ? otherNames[architecture] : undefined;
  const name = other?.architecture ?? architecture;
  const written = variant ?? other?.variant;
  const version = written === undefined || written.startsWith('v') ? written : `v${written}`;
  return { os, architecture: name, ...(version === undefined || version === usualVariants[name] ? {} : { variant: version }) };
}

/** Variants from the best to the least, as they are after normalisation; undefined is the usual one. */
function acceptableVariants({ architecture, variant }: Platform): readonly (string | undefined)[] {
  const usual = Object.hasOwn(usualVariants, architecture) ? usualVariants[architecture] : undefined;
  const highest = /^v(\d{1,2})$/.exec(variant ?? usual ?? '')?.[1];
  if (highest === undefined || usual === undefined) return variant === undefined ? [undefined] : [variant];
  const lowest = architecture === 'arm' ? 5 : architecture === 'arm64' ? 8 : 1;
  const variants: (string | undefined)[] = [];
  for (let version = Number(highest); version >= lowest; version -= 1) variants.push(`v${version}` === usual ? undefined : `v${version}`);
  return variants.length === 0 ? [variant] : variants;
}

function rankOf(platform: Platform, wanted: Platform, acceptable: readonly (string | undefined)[]): number {
  const own = normalise(platform);
  const other = normalise(wanted);
  return own.os === other.os && own.architecture === other.architecture ? acceptable.indexOf(own.variant) : -1;
}
