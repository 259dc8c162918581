// The newest of some versions, and which of them a reference may choose from.

import { compareDebianVersions, parseDebianVersion } from './debian.ts';
import type { DebianVersion } from './debian.ts';
import { compareVersions } from './compare.ts';
import { satisfies } from './selector.ts';
import type { VersionMatching } from './selector.ts';

/** The newest version; of equally new ones the last. Undefined for no versions. */
export function newestVersion(versions: readonly string[]): string | undefined {
  return versions.reduce<string | undefined>(
    (best, version) => (best === undefined || compareVersions(version, best) >= 0 ? version : best),
    undefined,
  );
}

/** Those of `versions` that satisfy `wanted`, in their order. */
export function findCandidates(
  wanted: string,
  versions: readonly string[],
  matching: VersionMatching = 'debian',
): string[] {
  return versions.filter((version) => satisfies(wanted, version, matching));
}

/**
 * How luet up to 0.36 sorts, with its losses: versions that do not parse, start with `v` or have epoch 0 become empty texts, and
 * `1.0_1` beside `1.0-1` is lost. Its endless loop on `1.0` and `1.00` is not repeated.
 */
export function sortVersionsLegacy(versions: readonly string[]): string[] {
  const originals = new Map(versions.map((version) => [sanitize(version), version]));
  const parsed = versions.map((version) => parseDebianVersion(version, { stripV: false }));
  const lost = parsed.filter((one) => one === undefined).map(() => '');
  const sorted = parsed.filter((one) => one !== undefined).toSorted(compareDebianVersions);
  return [...lost, ...sorted.map((one) => originals.get(printDebianVersion(one)) ?? '')];
}

/** The newest by that order; undefined when it is one of the lost ones. An empty version is none of them. */
export function newestVersionLegacy(versions: readonly string[]): string | undefined {
  const newest = sortVersionsLegacy(versions).at(-1);
  return newest === '' && !versions.includes('') ? undefined : newest;
}

function sanitize(version: string): string {
  return version.trim().replaceAll('_', '-');
}

function printDebianVersion({ epoch, upstream, revision }: DebianVersion): string {
  return `${epoch === 0 ? '' : `${epoch}:`}${upstream}${revision === '' ? '' : `-${revision}`}`;
}
