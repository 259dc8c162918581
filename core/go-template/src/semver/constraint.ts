// Version constraints of Masterminds/semver. They differ from npm's: pre-releases match only when the constraint has one, `1.2` means
// `~1.2`, `>1` means at least 2, `=>` and `=<` exist.
import { GoPanic } from '../values/panic.ts';
import { comparePrereleases, compareVersions, parseVersion } from './version.ts';
import type { Version } from './version.ts';

interface Condition {
  readonly operator: string;
  readonly version: Version;
  /** Parts that were missing or wild. */
  readonly anyMinor: boolean;
  readonly anyPatch: boolean;
  readonly dirty: boolean;
}

const operators = String.raw`=||!=|>|<|>=|=>|<=|=<|~|~>|\^`;
const identifiers = String.raw`[0-9A-Za-z\-]+(?:\.[0-9A-Za-z\-]+)*`;
const versions = String.raw`v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-${identifiers})?(\+${identifiers})?`;
const bareVersions = versions.replaceAll(/\((?!\?)/g, '(?:');
const condition = new RegExp(String.raw`^\s*(${operators})\s*${versions}\s*$`);
const conditions = new RegExp(String.raw`(?:${operators})\s*(?:${bareVersions})`, 'g');
const range = new RegExp(String.raw`\s*(${bareVersions})\s+-\s+(${bareVersions})\s*`, 'g');
/** One condition with what may follow it; a whole text is a sequence of these. */
const item = new RegExp(String.raw`\s*(?:${operators})\s*(?:${bareVersions})\s*,?`, 'y');

/** Throws a `GoPanic` when either text cannot be read. */
export function satisfies(constraint: string, version: string): boolean {
  const alternatives = parseConstraint(constraint);
  const parsed = parseVersion(version);
  return alternatives.some((all) => all.every((one) => holds(one, parsed)));
}

/** Longer texts are no constraints; searching them for ranges would take quadratic time. */
const longest = 4096;

function parseConstraint(text: string): Condition[][] {
  if (text.length > longest) throw new GoPanic(`improper constraint: ${text.slice(0, 40)}...`);
  const rewritten = text.replace(range, (_, low: string, high: string) => `>= ${low}, <= ${high}`);
  return rewritten.split('||').map((alternative) => {
    if (!isSequence(alternative)) throw new GoPanic(`improper constraint: ${alternative}`);
    const found = alternative.match(conditions) ?? [alternative];
    return found.map(parseCondition);
  });
}

/** Whether the text is made of conditions only; each is taken greedily, so that no text makes this slow. */
function isSequence(text: string): boolean {
  item.lastIndex = 0;
  let end = 0;
  while (end < text.length) {
    if (!item.test(text) || item.lastIndex === end) return false;
    end = item.lastIndex;
  }
  return end > 0;
}

function parseCondition(text: string): Condition {
  const match = condition.exec(text);
  if (match === null) throw new GoPanic(`improper constraint: ${text}`);
  const [, operator = '', major = '', minor = '', patch = '', prerelease = ''] = match;
  const exact = { operator, anyMinor: false, anyPatch: false };
  if (isWild(major)) return { ...exact, version: readVersion('0.0.0'), dirty: true };
  if (isWild(minor)) return { ...exact, version: readVersion(`${major}.0.0${prerelease}`), anyMinor: true, dirty: true };
  if (isWild(patch)) return { ...exact, version: readVersion(`${major}${minor}.0${prerelease}`), anyPatch: true, dirty: true };
  return { ...exact, version: readVersion(text.trim().slice(operator.length).trim()), dirty: false };
}

function readVersion(text: string): Version {
  try {
    return parseVersion(text);
  } catch (error) {
    if (error instanceof GoPanic) throw new GoPanic('constraint Parser Error');
    throw error;
  }
}

function isWild(part: string): boolean {
  return ['', 'x', 'X', '*'].includes(part.replace(/^\./, ''));
}

function holds(one: Condition, version: Version): boolean {
  // A pre-release is wanted only by a constraint that names one.
  if (version.prerelease !== '' && one.version.prerelease === '') return false;
  const order = compareVersions(version, one.version);
  switch (one.operator) {
    case '':
    case '=':
      return one.dirty ? isTilde(one, version) : order === 0;
    case '!=':
      return isDifferent(one, version);
    case '>':
      return isGreater(one, version);
    case '<':
      return order < 0;
    case '>=':
    case '=>':
      return order >= 0;
    case '<=':
    case '=<':
      return isAtMost(one, version);
    case '~':
    case '~>':
      return isTilde(one, version);
    default:
      return isCaret(one, version);
  }
}

function isDifferent({ version: wanted, anyMinor, anyPatch, dirty }: Condition, version: Version): boolean {
  if (!dirty) return compareVersions(version, wanted) !== 0;
  if (wanted.major !== version.major) return true;
  if (anyMinor) return false;
  if (wanted.minor !== version.minor) return true;
  if (anyPatch) return (version.prerelease !== '' || wanted.prerelease !== '') && comparePrereleases(version.prerelease, wanted.prerelease) !== 0;
  return compareVersions(version, wanted) !== 0;
}

function isGreater({ version: wanted, anyMinor, anyPatch, dirty }: Condition, version: Version): boolean {
  if (!dirty) return compareVersions(version, wanted) > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  if (anyMinor) return false;
  return anyPatch ? version.minor > wanted.minor : compareVersions(version, wanted) > 0;
}

function isAtMost({ version: wanted, anyMinor, dirty }: Condition, version: Version): boolean {
  if (!dirty) return compareVersions(version, wanted) <= 0;
  if (version.major > wanted.major) return false;
  return !(version.major === wanted.major && version.minor > wanted.minor && !anyMinor);
}

function isTilde({ version: wanted, anyMinor, anyPatch }: Condition, version: Version): boolean {
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n && !anyMinor && !anyPatch) return true;
  return version.major === wanted.major && (anyMinor || version.minor === wanted.minor);
}

function isCaret({ version: wanted, anyMinor, anyPatch }: Condition, version: Version): boolean {
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.major > 0n || anyMinor) return version.major === wanted.major;
  if (version.major > 0n) return false;
  if (wanted.minor > 0n || anyPatch) return version.minor === wanted.minor;
  return version.minor === 0n && wanted.patch === version.patch;
}
