import type { BaseContent, BootstrapOptions } from './options.ts';
import { SOLVE_HOOK } from './solve.ts';

/** Folder of the pool, relative to the root. */
export const POOL = 'var/cache/cos/pool';

export interface ArgumentsRequest {
  readonly platform: string;
  /** Absolute path of a folder with the keys that mirrors are signed with; undefined: those that the host has for the suite. */
  readonly keyrings: string | undefined;
}

/** Arguments that make mmdebstrap write the archive to standard output. Every value was checked by the options' schema; none starts with a dash. */
export function bootstrapArguments(options: BootstrapOptions, request: ArgumentsRequest): readonly string[] {
  const { variant, mode, packages, pool, pathExcludes, suite, mirrors } = options;
  return [
    `--mode=${mode}`,
    '--format=tar',
    `--variant=${variant}`,
    ...commonArguments(options, request),
    ...pathExcludes.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    ...(packages.length === 0 ? [] : [`--include=${packages.join(',')}`]),
    ...(pool.length === 0 ? [] : [`--customize-hook=${poolHook(pool)}`]),
    suite,
    '-',
    ...mirrors,
  ];
}

/** Arguments that make mmdebstrap find out which packages would go in, and install nothing: that needs no rights and no machine of the architecture. */
export function solveArguments(content: BaseContent, request: ArgumentsRequest): readonly string[] {
  return ['--mode=chrootless', '--format=null', '--variant=custom', ...commonArguments(content, request), content.suite, '/dev/null', ...content.mirrors];
}

function commonArguments({ components }: BaseContent, { platform, keyrings }: ArgumentsRequest): readonly string[] {
  return [
    `--architectures=${platform.replace(/^linux\//, '')}`,
    `--components=${components.join(',')}`,
    // Without the second one the program might bind the mirrors to the host's keys for a suite of that name.
    ...(keyrings === undefined ? [] : [`--keyring=${keyrings}`, '--skip=check/signed-by']),
    '--aptopt=Acquire::Languages "none"',
    `--setup-hook=${SOLVE_HOOK}`,
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
