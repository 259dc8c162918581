// Order of keys in yaml.v2's output: natural, so that a9 comes before a10; numbers and booleans before text.
import { typeOf } from '../values/types.ts';
import { GoInt, GoList } from '../values/value.ts';
import type { GoMap, GoValue } from '../values/value.ts';

export function sortedYamlEntries(map: GoMap): (readonly [GoValue, GoValue])[] {
  return [...map.entries()].sort(([a], [b]) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
}

function isLess(a: GoValue, b: GoValue): boolean {
  const x = numberOf(a);
  const y = numberOf(b);
  if (x !== undefined && y !== undefined) return x === y ? rank(a) < rank(b) : x < y;
  if (typeof a === 'string' && typeof b === 'string') return isLessText(Array.from(a), Array.from(b));
  return rank(a) < rank(b);
}

function numberOf(key: GoValue): number | undefined {
  if (typeof key === 'boolean') return key ? 1 : 0;
  if (typeof key === 'number') return key;
  return key instanceof GoInt ? Number(key.value) : undefined;
}

/** Go's numbers of kinds. */
function rank(key: GoValue): number {
  if (typeof key === 'boolean') return 1;
  if (key instanceof GoInt) return typeOf(key) === 'uint64' ? 11 : 2;
  if (typeof key === 'number') return 14;
  if (key === null) return 20;
  return key instanceof GoList ? 23 : 24;
}

function isLessText(a: readonly string[], b: readonly string[]): boolean {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const x = a[i] ?? '';
    const y = b[i] ?? '';
    if (x === y) continue;
    const xIsLetter = isLetter(x);
    const yIsLetter = isLetter(y);
    if (xIsLetter && yIsLetter) return code(x) < code(y);
    if (xIsLetter || yIsLetter) return yIsLetter;
    return isLessNumber(a, b, i);
  }
  return a.length < b.length;
}

/** Compares the digits from `i` on; zeros that lead nothing do not count. */
function isLessNumber(a: readonly string[], b: readonly string[], i: number): boolean {
  const lead = (a[i] === '0' || b[i] === '0') && hasLeadingDigits(a, i) ? 1n : 0n;
  const x = readDigits(a, i, lead);
  const y = readDigits(b, i, lead);
  if (x.value !== y.value) return x.value < y.value;
  if (x.end !== y.end) return x.end < y.end;
  return code(a[i] ?? '') < code(b[i] ?? '');
}

function hasLeadingDigits(text: readonly string[], i: number): boolean {
  for (let j = i - 1; j >= 0 && isDigit(text[j] ?? ''); j--) if (text[j] !== '0') return true;
  return false;
}

function readDigits(text: readonly string[], start: number, lead: bigint): { readonly value: bigint; readonly end: number } {
  let value = lead;
  let end = start;
  for (; end < text.length && isDigit(text[end] ?? ''); end++) value = BigInt.asIntN(64, value * 10n + BigInt(code(text[end] ?? '') - 48));
  return { value, end };
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character);
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
