// The comparison that luet up to 0.36 uses inside selectors (not for sorting). It looks like semver and is not: any count of
// numbers, letters directly attached or after a dash are a pre-release, build metadata (`+1`) is ignored. So a rebuild `1.0-1`
// is *older* than `1.0` here. Only for trees that rely on the old resolution.

export interface SemverLike {
  readonly numbers: readonly bigint[];
  /** '' = none, which is newer than any. */
  readonly preRelease: string;
}

export function parseSemverLike(text: string): SemverLike | undefined {
  const match = GRAMMAR.exec(text.trim().replaceAll('_', '-'));
  if (match === null) return undefined;
  const numbers = (match[1] ?? '').split('.').map((part) => BigInt(part));
  if (numbers.some((number) => number > MAX_INT64)) return undefined;
  return { numbers, preRelease: match[2] ?? match[3] ?? '' };
}

export function compareSemverLike(a: SemverLike, b: SemverLike): -1 | 0 | 1 {
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.numbers[i] ?? 0n;
    const right = b.numbers[i] ?? 0n;
    if (left !== right) return left < right ? -1 : 1;
  }
  return comparePreReleases(a.preRelease, b.preRelease);
}

/** True when both name the same `major.minor`… numbers up to the last but one of `b`: the "pessimistic" operator `~>`. */
export function isPessimisticMatch(version: SemverLike, bound: SemverLike): boolean {
  if (bound.preRelease === '' && version.preRelease !== '') return false;
  if (compareSemverLike(version, bound) < 0) return false;
  const fixed = bound.numbers.slice(0, -1);
  return fixed.every((number, index) => number === (version.numbers[index] ?? 0n));
}

function comparePreReleases(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === '') return 1;
  if (b === '') return -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const order = compareFields(left[i], right[i]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareFields(a: string | undefined, b: string | undefined): -1 | 0 | 1 {
  if (a === b) return 0;
  if (a === undefined) return b !== undefined && isNumber(b) ? -1 : 1;
  if (b === undefined) return isNumber(a) ? 1 : -1;
  if (isNumber(a) && isNumber(b)) {
    // Not symmetric for `01` and `1`, as the original.
    return BigInt(a) > BigInt(b) ? 1 : -1;
  }
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return a < b ? -1 : 1;
}

function isNumber(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

const MAX_INT64 = 2n ** 63n - 1n;
const GRAMMAR =
  /^v?([0-9]+(?:\.[0-9]+)*)(?:-([0-9]+[0-9A-Za-z\-~]*(?:\.[0-9A-Za-z\-~]+)*)|-?([A-Za-z\-~]+[0-9A-Za-z\-~]*(?:\.[0-9A-Za-z\-~]+)*))?(?:\+[0-9A-Za-z\-~]+(?:\.[0-9A-Za-z\-~]+)*)?$/;
