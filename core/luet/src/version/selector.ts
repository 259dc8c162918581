// Does a version satisfy a selector? Two regimes. `debian` (the default): the order that sorts also selects.
// `legacy`: what luet up to 0.36 does, a semver-like comparison under which `1.0-1` is older than `1.0` and `+N` does not count.
// A text without `<`, `>` or `=` is no selector: it is an exact version, even when it looks like `~1.0` or `*`.

import { compareDebianVersions, parseDebianVersion } from './debian.ts';
import { compareSemverLike, isPessimisticMatch, parseSemverLike } from './semver-like.ts';

export type VersionMatching = 'debian' | 'legacy';

export function isSelector(version: string): boolean {
  return /[<>=]/.test(version);
}

/**
 * True when `version` satisfies `selector`. An empty version satisfies every selector. Operators of `debian`: `>=`, `>`, `<=`,
 * `<`, `=`, `==`, `!`, `!=`, none (equality). `legacy` also knows comma lists and `~>`. What cannot be parsed does not match.
 */
export function matchesSelector(selector: string, version: string, matching: VersionMatching = 'debian'): boolean {
  if (version === '') return true;
  return matching === 'debian' ? matchesDebian(selector, version) : matchesLegacy(selector, version);
}

/**
 * True when `version` is what a reference's version asks for: a selector that it satisfies, else the same text.
 * Comma lists (`>=1.0,<3.0`) mean "all of them" in both regimes.
 */
export function satisfies(wanted: string, version: string, matching: VersionMatching = 'debian'): boolean {
  if (!isSelector(wanted)) return wanted === version;
  if (matching === 'legacy' || !wanted.includes(',')) return matchesSelector(wanted, version, matching);
  return wanted.split(',').every((part) => part.trim() !== '' && matchesSelector(part.trim(), version, matching));
}

function matchesDebian(selector: string, version: string): boolean {
  const trimmed = selector.trim();
  const operator = /^(?:>=|<=|==|!=|>|<|=|!)/.exec(trimmed)?.[0] ?? '';
  const operand = trimmed.slice(operator.length).trim();
  const left = parseDebianVersion(version);
  const right = parseDebianVersion(operand);
  const order = left === undefined || right === undefined ? undefined : compareDebianVersions(left, right);
  switch (operator) {
    case '':
    case '=':
    case '==':
      return order === undefined ? operand === version : order === 0;
    case '!':
    case '!=':
      return order === undefined ? operand !== version : order !== 0;
    default:
      return order !== undefined && holds(operator, order);
  }
}

function matchesLegacy(selector: string, version: string): boolean {
  const found = parseSemverLike(version);
  if (found === undefined) return false;
  const simple = /^(>=|<=|>|<|!)(\S.*)$/s.exec(selector);
  const operand = simple === null ? undefined : parseSemverLike(simple[2] ?? '');
  if (simple !== null && operand !== undefined) {
    const order = compareSemverLike(found, operand);
    return simple[1] === '!' ? order !== 0 : holds(simple[1] ?? '', order);
  }
  const constraints = selector.split(',').map((part) => /^\s*(=|!=|>|<|>=|<=|~>|)\s*([^\s=!<>~].*?)\s*$/s.exec(part));
  return constraints.every((match) => {
    const bound = match === null ? undefined : parseSemverLike(match[2] ?? '');
    if (match === null || bound === undefined) return false;
    const order = compareSemverLike(found, bound);
    const isPreReleaseOutside = found.preRelease !== '' && bound.preRelease === '';
    switch (match[1] ?? '') {
      case '':
      case '=':
        return order === 0;
      case '!=':
        return order !== 0;
      case '~>':
        return isPessimisticMatch(found, bound);
      default:
        return !isPreReleaseOutside && holds(match[1] ?? '', order);
    }
  });
}

function holds(operator: string, order: -1 | 0 | 1): boolean {
  switch (operator) {
    case '>=':
      return order >= 0;
    case '>':
      return order > 0;
    case '<=':
      return order <= 0;
    case '<':
      return order < 0;
    default:
      return false;
  }
}
