// The recorded answers of luet and dpkg. `expect` columns belong to luet up to 0.36, `head*` columns to the default.
import { describe, expect, it } from 'vitest';
import atoms from '../fixtures/atoms.json' with { type: 'json' };
import best from '../fixtures/best.json' with { type: 'json' };
import selectors from '../fixtures/selectors.json' with { type: 'json' };
import truthTable from '../fixtures/luet/selectors.json' with { type: 'json' };
import versions from '../fixtures/versions.json' with { type: 'json' };
import { newestVersion, sortVersionsLegacy } from '../../src/version/best.ts';
import { parseAtom } from '../../src/version/atom.ts';
import { sortVersions } from '../../src/version/compare.ts';
import { compareDebianVersions, parseDebianVersion } from '../../src/version/debian.ts';
import { isSelector, matchesSelector } from '../../src/version/selector.ts';
import { compareSemverLike, parseSemverLike } from '../../src/version/semver-like.ts';

interface VersionCase {
  name: string; a: string; b: string; expect?: number; hang?: boolean; dpkg?: number;
  error?: { a?: string; b?: string }; selectorOrder: number | string; headOrder: number | string;
}

function order(a: string, b: string, stripV: boolean): number | string {
  const left = parseDebianVersion(a, { stripV });
  const right = parseDebianVersion(b, { stripV });
  return left === undefined || right === undefined ? 'error' : compareDebianVersions(left, right);
}

describe('version order', () => {
  it.each(versions as VersionCase[])('$name: $a against $b', (row) => {
    const expected = row.hang === true ? row.dpkg : (row.expect ?? 'error');
    expect(order(row.a, row.b, false)).toBe(expected);
    expect(order(row.b, row.a, false)).toBe(typeof expected === 'number' ? 0 - expected : expected);
    expect(order(row.a, row.b, true)).toBe(row.headOrder === 'hang' ? row.dpkg : row.headOrder);
    if (row.error !== undefined) {
      expect(parseDebianVersion(row.a, { stripV: false }) === undefined).toBe(row.error.a !== undefined);
      expect(parseDebianVersion(row.b, { stripV: false }) === undefined).toBe(row.error.b !== undefined);
    }
  });

  it.each(versions as VersionCase[])('$name inside a legacy selector', (row) => {
    const left = parseSemverLike(row.a);
    const right = parseSemverLike(row.b);
    const found = left === undefined || right === undefined ? 'error' : compareSemverLike(left, right);
    expect(found).toBe(row.selectorOrder);
  });
});

describe('selectors', () => {
  it.each(selectors)('$name: $version satisfies $selector', (row) => {
    expect(isSelector(row.selector)).toBe(row.isSelector);
    expect(matchesSelector(row.selector, row.version)).toBe(row.headExpect);
    expect(matchesSelector(row.selector, row.version, 'legacy')).toBe(row.expect);
  });

  it.each(truthTable.selectors)('$version satisfies $selector', (row) => {
    expect(matchesSelector(row.selector, row.version)).toBe(row.head);
    expect(matchesSelector(row.selector, row.version, 'legacy')).toBe(row.legacy);
  });
});

interface BestCase {
  name: string; versions: string[]; selector?: string; candidates?: string[]; sorted?: string[]; expect?: string | null;
  hang?: boolean; headCandidates?: string[]; headExpect: string | null; headSorted?: string[]; resolved?: string;
}

describe('the best version', () => {
  it.each(best as BestCase[])('$name of $versions with $selector', (row) => {
    const pick = (matching: 'debian' | 'legacy') =>
      row.selector === undefined ? row.versions : row.versions.filter((one) => matchesSelector(row.selector!, one, matching));
    const candidates = pick('debian');
    if (row.headCandidates !== undefined) expect(candidates).toEqual(row.headCandidates);
    if (row.headSorted !== undefined) expect(sortVersions(candidates)).toEqual(row.headSorted);
    expect(newestVersion(candidates) ?? null).toBe(row.headExpect);
    const legacy = pick('legacy');
    if (row.candidates !== undefined) expect(legacy).toEqual(row.candidates);
    if (row.sorted !== undefined) expect(sortVersionsLegacy(legacy)).toEqual(row.sorted);
  });

  it.each(truthTable.sorts)('sorts $input', (row) => {
    expect(sortVersions(row.input)).toEqual(row.head);
    expect(sortVersionsLegacy(row.input)).toEqual(row.legacy);
  });
});

interface AtomCase { name: string; atom: string; expect?: object; error?: string }

describe('package strings', () => {
  it.each(atoms as AtomCase[])('$name: "$atom"', (row) => {
    const result = parseAtom(row.atom);
    expect(result.ok ? result.reference : 'error').toEqual(row.expect ?? 'error');
  });
});
