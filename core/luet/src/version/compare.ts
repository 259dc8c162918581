// One total order over all version texts, so that sorting never fails: what is no version at all comes first.

import { compareCodeUnits } from '../order.ts';
import { compareDebianVersions, parseDebianVersion } from './debian.ts';

/** Order of two versions: Debian's; texts that are no versions come before all others, by code unit. 0 for `1.0` and `1.00`. */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  const left = parseDebianVersion(a);
  const right = parseDebianVersion(b);
  if (left !== undefined && right !== undefined) return compareDebianVersions(left, right);
  if (left === undefined && right === undefined) return compareCodeUnits(a, b);
  return left === undefined ? -1 : 1;
}

/** A new list, oldest first. Equal versions keep their order. */
export function sortVersions(versions: readonly string[]): string[] {
  return versions.toSorted(compareVersions);
}
