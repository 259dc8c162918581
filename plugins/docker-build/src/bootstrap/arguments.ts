import type * as z from 'zod/mini';
import type { bootstrapOptions } from '../stages/bootstrap.ts';

export type BootstrapOptions = z.output<typeof bootstrapOptions>;

/** Folder of the pool, relative to the root. */
export const POOL = 'var/cache/cos/pool';

/** Arguments that make mmdebstrap write the archive to standard output. Every value was checked by the options' schema; none starts with a dash. */
export function bootstrapArguments(options: BootstrapOptions, platform: string): readonly string[] {
  const { suite, variant, mode, components, mirrors, packages, pool, pathExcludes } = options;
  return [
    `--mode=${mode}`,
    '--format=tar',
    `--variant=${variant}`,
    `--architectures=${platform.replace(/^linux\//, '')}`,
    `--components=${components.join(',')}`,
    '--aptopt=Acquire::Languages "none"',
    ...pathExcludes.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    ...(packages.length === 0 ? [] : [`--include=${packages.join(',')}`]),
    ...(pool.length === 0 ? [] : [`--customize-hook=${poolHook(pool)}`]),
    suite,
    '-',
    ...mirrors,
  ];
}

/** Runs on the host, with apt configured for the new root, which is the shell's first parameter. */
function poolHook(pool: readonly string[]): string {
  return [
    'set -e',
    'export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"',
    'apt-get clean',
    `apt-get --yes --download-only install ${pool.join(' ')}`,
    `mkdir -p "$1/${POOL}"`,
    `mv "$1"/var/cache/apt/archives/*.deb "$1/${POOL}/"`,
  ].join('; ');
}
