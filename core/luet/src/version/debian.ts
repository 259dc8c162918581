// Debian's version order: [epoch:]upstream[-revision], `~` before the end before letters before the rest, digit runs as numbers.
// Source: Debian Policy, "Version". Additions of the package trees: `_` reads as `-`, blanks around are ignored, and a leading
// `v` is dropped. Wrong guess to avoid: this is not semver, `1.0 < 1.0-rc1` and `1.0 < 1.0+1 < 1.0.1`.

export interface DebianVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

export interface ParseVersionOptions {
  /** Drop a leading `v` or `V`. Default: true. luet up to 0.36 does not. */
  readonly stripV?: boolean;
}

/** Undefined when `text` is no version: empty, not starting with a digit, or holding another character than `. + - ~ : _`. */
export function parseDebianVersion(text: string, options: ParseVersionOptions = {}): DebianVersion | undefined {
  const trimmed = text.trim().replaceAll('_', '-');
  const bare = options.stripV === false ? trimmed : trimmed.replace(/^[vV](?=[0-9])/, '');
  const colon = bare.indexOf(':');
  const epoch = colon === -1 ? '0' : bare.slice(0, colon);
  if (!/^[0-9]{1,9}$/.test(epoch)) return undefined;
  const rest = bare.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  const upstream = dash === -1 ? rest : rest.slice(0, dash);
  const revision = dash === -1 ? '' : rest.slice(dash + 1);
  if (!/^[0-9][\p{L}\p{N}.+\-~:]*$/u.test(upstream) || !/^[\p{L}\p{N}.+~]*$/u.test(revision)) return undefined;
  return { epoch: Number(epoch), upstream, revision };
}

export function compareDebianVersions(a: DebianVersion, b: DebianVersion): -1 | 0 | 1 {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

/** Alternates between runs of non-digits and runs of digits. */
function compareParts(a: string, b: string): -1 | 0 | 1 {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (isText(a, i) || isText(b, j)) {
      const left = weight(a, i);
      const right = weight(b, j);
      if (left !== right) return left < right ? -1 : 1;
      i += 1;
      j += 1;
    }
    const left = digitsAt(a, i);
    const right = digitsAt(b, j);
    const order = compareDigits(left, right);
    if (order !== 0) return order;
    i += left.length;
    j += right.length;
  }
  return 0;
}

/** Of any length: numbers beyond 2^53 are common in date-like versions. */
function compareDigits(a: string, b: string): -1 | 0 | 1 {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function digitsAt(text: string, start: number): string {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return text.slice(start, end);
}

function isText(text: string, at: number): boolean {
  return at < text.length && !isDigit(text.charCodeAt(at));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** End and digits weigh the same: 0. */
function weight(text: string, at: number): number {
  const code = at < text.length ? text.charCodeAt(at) : 0x30;
  if (isDigit(code)) return 0;
  if (code === 0x7e) return -1;
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter ? code : code + 0x1_0000;
}
