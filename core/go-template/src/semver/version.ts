// Semantic versions as the library Masterminds/semver reads them: a leading v, missing minor and patch numbers are fine.
import { compareText } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';

export interface Version {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  readonly prerelease: string;
  readonly metadata: string;
  /** As written. */
  readonly original: string;
}

const identifiers = String.raw`[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*`;
const pattern = new RegExp(String.raw`^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(?:-(${identifiers}))?(?:\+(${identifiers}))?$`);

/** Throws a `GoPanic` with the library's message. */
export function parseVersion(text: string): Version {
  const match = pattern.exec(text);
  if (match === null) throw new GoPanic('Invalid Semantic Version');
  const [, major = '0', minor = '.0', patch = '.0', prerelease = '', metadata = ''] = match;
  for (const part of prerelease.split('.')) if (/^0[0-9]+$/.test(part)) throw new GoPanic('Version segment starts with 0');
  return { major: segment(major), minor: segment(minor.slice(1)), patch: segment(patch.slice(1)), prerelease, metadata, original: text };
}

export function printVersion({ major, minor, patch, prerelease, metadata }: Version): string {
  return `${major}.${minor}.${patch}${prerelease === '' ? '' : `-${prerelease}`}${metadata === '' ? '' : `+${metadata}`}`;
}

/** Metadata does not count. */
export function compareVersions(a: Version, b: Version): number {
  return compareNumbers(a.major, b.major) || compareNumbers(a.minor, b.minor) || compareNumbers(a.patch, b.patch) || comparePrereleases(a.prerelease, b.prerelease);
}

export function comparePrereleases(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const x = a.split('.');
  const y = b.split('.');
  for (let index = 0; index < Math.max(x.length, y.length); index++) {
    const order = compareParts(x[index] ?? '', y[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Numbers come before words; what is missing comes first. */
function compareParts(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '') return -1;
  if (b === '') return 1;
  const aIsNumber = /^[0-9]+$/.test(a);
  const bIsNumber = /^[0-9]+$/.test(b);
  if (aIsNumber && bIsNumber) return compareNumbers(BigInt(a), BigInt(b));
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return Math.sign(compareText(a, b));
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function segment(text: string): bigint {
  const value = text.length > 20 ? undefined : BigInt(text);
  if (value === undefined || BigInt.asUintN(64, value) !== value) throw new GoPanic(`Error parsing version segment: strconv.ParseUint: parsing "${text}": value out of range`);
  return value;
}
