// What an unquoted YAML scalar means. The rules are those of the YAML 1.1 loader that Go programs use, not of a specification:
// single letters `y` and `n` are booleans, a leading zero means octal, base 60 and timestamps do not exist (they stay text).
// Wrong guesses to avoid: `0899` is no octal number and becomes the float 899; `1_000` is 1000; `+` and `1e` are text.

/** A whole number is a `bigint`, every other number a `number`: templates print and compare the two differently. */
export type ScalarValue = null | boolean | bigint | number | string;

/** Meaning of a plain (unquoted, untagged) scalar. */
export function resolvePlainScalar(text: string): ScalarValue {
  const word = words.get(text);
  if (word !== undefined) return word.value;
  const first = text.charCodeAt(0);
  const isNumberStart = (first >= 0x30 && first <= 0x39) || text[0] === '+' || text[0] === '-' || text[0] === '.';
  return isNumberStart ? (resolveNumber(text) ?? text) : text;
}

export const CORE_TAG = 'tag:yaml.org,2002:';

/** Meaning of a scalar with an explicit tag. Unknown tags make text, whatever it looks like; `!!int abc` is not ok. */
export function resolveTaggedScalar(
  tag: string,
  text: string,
): { readonly ok: true; readonly value: ScalarValue } | { readonly ok: false } {
  const value = resolvePlainScalar(text);
  const isNumber = typeof value === 'bigint' || typeof value === 'number';
  switch (tag.startsWith(CORE_TAG) ? tag.slice(CORE_TAG.length) : '') {
    case 'int':
      return typeof value === 'bigint' ? { ok: true, value } : { ok: false };
    case 'float':
      return isNumber ? { ok: true, value: Number(value) } : { ok: false };
    case 'bool':
      return typeof value === 'boolean' ? { ok: true, value } : { ok: false };
    case 'null':
      return value === null ? { ok: true, value } : { ok: false };
    case 'binary':
      return { ok: true, value: Buffer.from(text, 'base64').toString('utf8') };
    default:
      return { ok: true, value: text };
  }
}

/** Canonical text of a value where a string is wanted: numbers as Go prints them in full, booleans as true and false. */
export function printScalar(value: ScalarValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return printFloat(value);
  return String(value);
}

function resolveNumber(text: string): bigint | number | undefined {
  const plain = text.replaceAll('_', '');
  const integer = text.startsWith('.') ? undefined : resolveInteger(plain);
  if (integer !== undefined) return integer;
  const candidate = text.startsWith('.') ? text : plain;
  return FLOAT.test(candidate) ? Number(candidate) : undefined;
}

function resolveInteger(text: string): bigint | undefined {
  const sign = text.startsWith('-') ? -1n : 1n;
  const digits = text.replace(/^[-+]/, '');
  const magnitude = readMagnitude(digits);
  if (magnitude === undefined) return undefined;
  const value = sign * magnitude;
  return value < MIN_INT64 || value > MAX_UINT64 ? undefined : value;
}

function readMagnitude(digits: string): bigint | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(digits) || /^0[bB][01]+$/.test(digits) || /^0[oO][0-7]+$/.test(digits)) {
    return BigInt(digits.toLowerCase());
  }
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^(?:0|[1-9][0-9]*)$/.test(digits) ? BigInt(digits) : undefined;
}

function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  return text.includes('e') ? expandExponent(text) : text;
}

/** `1.5e+21` → `1500000000000000000000`; the shortest digits that give the number back are kept. */
function expandExponent(text: string): string {
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', head = '', tail = '', exponent = '0'] = match;
  const digits = head + tail;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const words: ReadonlyMap<string, { readonly value: ScalarValue }> = new Map([
  ...spell(true, ['y', 'yes', 'true', 'on']),
  ...spell(false, ['n', 'no', 'false', 'off']),
  ...spell(null, ['null']),
  ['', { value: null }],
  ['~', { value: null }],
  ...spell(Infinity, ['.inf', '+.inf'], ['.Inf', '+.Inf', '.INF', '+.INF']),
  ...spell(-Infinity, ['-.inf'], ['-.Inf', '-.INF']),
  ...spell(Number.NaN, ['.nan'], ['.NaN', '.NAN']),
]);

function spell(value: ScalarValue, lower: string[], other?: string[]): [string, { value: ScalarValue }][] {
  const capitals = other ?? lower.flatMap((word) => [word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()]);
  return [...lower, ...capitals].map((word) => [word, { value }]);
}
