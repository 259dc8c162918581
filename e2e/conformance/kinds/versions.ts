// versions.json, selectors.json, best.json and luet/selectors.json: columns of luet up to 0.36 against the rule `legacy`, columns of
// its later rewrite (`head…`) against the default. Where luet never answers, Debian's answer counts.

import {
  compareDebianVersions, compareSemverLike, compareVersions, isSelector, matchesSelector, newestVersion, newestVersionLegacy, parseDebianVersion, parseSemverLike,
  sortVersions, sortVersionsLegacy,
} from '@cos/luet';
import { compare, hasKeys, isListOf } from '../vector.ts';
import type { Mismatch, Vector, VectorKind } from '../vector.ts';

interface VersionCase {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly expect?: number;
  readonly hang?: boolean;
  readonly dpkg?: number;
  readonly error?: { readonly a?: string; readonly b?: string };
  readonly selectorOrder?: number | 'error';
  readonly headOrder?: number | 'error' | 'hang';
}

export const versions: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'a', 'b'])) return undefined;
  return (content as readonly VersionCase[]).map((one) => ({ name: one.name, check: () => checkVersions(one) }));
};

function checkVersions({ a, b, expect, hang, dpkg, error, selectorOrder, headOrder }: VersionCase): Mismatch[] {
  const legacy = hang === true ? dpkg : (expect ?? 'error');
  const head = headOrder === 'hang' ? dpkg : headOrder;
  const refused = (text: string): boolean => parseDebianVersion(text, { stripV: false }) === undefined;
  return [
    ...compare('order', legacy, debianOrder(a, b, false)),
    ...(error === undefined ? [] : compare('refused', { a: error.a !== undefined, b: error.b !== undefined }, { a: refused(a), b: refused(b) })),
    ...compare('selectorOrder', selectorOrder, semverLikeOrder(a, b)),
    ...compare('headOrder', head, debianOrder(a, b, true)),
    ...(typeof head === 'number' ? compare('headOrder of sorting', head, compareVersions(a, b)) : []),
  ];
}

function debianOrder(a: string, b: string, stripV: boolean): number | 'error' {
  const left = parseDebianVersion(a, { stripV });
  const right = parseDebianVersion(b, { stripV });
  return left === undefined || right === undefined ? 'error' : compareDebianVersions(left, right);
}

function semverLikeOrder(a: string, b: string): number | 'error' {
  const left = parseSemverLike(a);
  const right = parseSemverLike(b);
  return left === undefined || right === undefined ? 'error' : compareSemverLike(left, right);
}

interface SelectorCase {
  readonly name: string;
  readonly selector: string;
  readonly version: string;
  readonly expect?: boolean;
  readonly headExpect?: boolean;
  readonly isSelector?: boolean;
}

export const selectors: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'selector', 'version'])) return undefined;
  return (content as readonly SelectorCase[]).map(({ name, selector, version, ...one }) => ({
    name,
    check: () => [
      ...compare('isSelector', one.isSelector, isSelector(selector)),
      ...compare('expect', one.expect, matchesSelector(selector, version, 'legacy')),
      ...compare('headExpect', one.headExpect, matchesSelector(selector, version)),
    ],
  }));
};

interface BestCase {
  readonly name: string;
  readonly versions: readonly string[];
  readonly selector?: string;
  readonly candidates?: readonly string[];
  readonly sorted?: readonly string[];
  readonly expect?: string | null;
  readonly hang?: boolean;
  readonly resolved?: string;
  readonly headCandidates?: readonly string[];
  readonly headSorted?: readonly string[];
  readonly headExpect?: string | null;
}

export const best: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'versions'])) return undefined;
  return (content as readonly BestCase[]).map((one) => ({ name: one.name, check: () => checkBest(one) }));
};

function checkBest({ selector, ...one }: BestCase): Mismatch[] {
  const matching = (rule: 'legacy' | 'debian'): readonly string[] =>
    selector === undefined ? one.versions : one.versions.filter((version) => matchesSelector(selector, version, rule));
  const legacy = matching('legacy');
  const head = matching('debian');
  const newest = newestVersionLegacy(legacy);
  return [
    ...compare('candidates', one.candidates, legacy),
    ...compare('sorted', one.sorted, sortVersionsLegacy(legacy)),
    ...(one.hang === true ? [] : compare('expect', one.expect, newest ?? null)),
    ...compare('resolved', one.resolved, newest ?? selector),
    ...compare('headCandidates', one.headCandidates, head),
    ...compare('headSorted', one.headSorted, sortVersions(head)),
    ...compare('headExpect', one.headExpect, newestVersion(head) ?? null),
  ];
}

interface TruthTable {
  readonly selectors: readonly { readonly version: string; readonly selector: string; readonly legacy: boolean; readonly head: boolean }[];
  readonly sorts: readonly { readonly input: readonly string[]; readonly legacy: readonly string[]; readonly head: readonly string[] }[];
}

export const truthTable: VectorKind = ({ content }) => {
  if (!hasKeys(content, ['selectors', 'sorts'])) return undefined;
  const table = content as TruthTable;
  const pairs = table.selectors.map(
    ({ version, selector, legacy, head }): Vector => ({
      name: `${version} satisfies ${selector}`,
      check: () => [...compare('legacy', legacy, matchesSelector(selector, version, 'legacy')), ...compare('head', head, matchesSelector(selector, version))],
    }),
  );
  const sorts = table.sorts.map(
    ({ input, legacy, head }): Vector => ({
      name: `sort ${input.join(' ')}`,
      check: () => [...compare('legacy', legacy, sortVersionsLegacy(input)), ...compare('head', head, sortVersions(input))],
    }),
  );
  return [...pairs, ...sorts];
};
