// `strconv.ParseInt`, `ParseUint` (with base 0, so prefixes and underscores are allowed) and `ParseFloat`. `undefined` = not a number
// or out of range.

/** Base prefixes 0x, 0o, 0b and a leading 0 (octal) are understood. */
export function parseIntText(text: string, bits: number, base = 0): bigint | undefined {
  const negative = text.startsWith('-');
  const magnitude = parseMagnitude(negative || text.startsWith('+') ? text.slice(1) : text, base);
  if (magnitude === undefined) return undefined;
  const value = negative ? -magnitude : magnitude;
  return BigInt.asIntN(bits, value) === value ? value : undefined;
}

export function parseUintText(text: string, bits: number, base = 0): bigint | undefined {
  const value = parseMagnitude(text, base);
  return value === undefined || BigInt.asUintN(bits, value) !== value ? undefined : value;
}

export function parseFloatText(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity)$/i.exec(text);
  if (special !== null) return special[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const hexadecimal = /^([+-]?)0x([0-9a-f_]*)(?:\.([0-9a-f_]*))?p([+-]?[0-9_]+)$/i.exec(text);
  if (hexadecimal !== null && validUnderscores(text)) return hexFloat(hexadecimal);
  if (/(^|[^0-9])_|_([^0-9]|$)/.test(text)) return undefined;
  const plain = text.replaceAll('_', '');
  if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)) return undefined;
  const value = Number(plain);
  return Number.isFinite(value) ? value : undefined;
}

function parseMagnitude(text: string, base: number): bigint | undefined {
  if (base !== 0) return digitsIn(text, base);
  if (text.includes('_') && !validUnderscores(text)) return undefined;
  const plain = text.replaceAll('_', '');
  const prefix = /^0([xob])(.+)$/i.exec(plain);
  if (prefix !== null) return digitsIn(prefix[2] ?? '', { x: 16, o: 8, b: 2 }[(prefix[1] ?? '').toLowerCase()] ?? 10);
  return /^0./.test(plain) ? digitsIn(plain.slice(1), 8) : digitsIn(plain, 10);
}

function digitsIn(text: string, base: number): bigint | undefined {
  const allowed = '0123456789abcdef'.slice(0, base);
  if (text === '' || text.length > 100) return undefined;
  let value = 0n;
  for (const character of text.toLowerCase()) {
    const digit = allowed.indexOf(character);
    if (digit < 0) return undefined;
    value = value * BigInt(base) + BigInt(digit);
  }
  return value;
}

/** Underscores only between digits, or between the base prefix and a digit. */
function validUnderscores(text: string): boolean {
  const digits = text.replace(/^[+-]/, '');
  const body = /^0[xob]/i.test(digits) ? digits.slice(1).replace(/^./, '0') : digits;
  return !/__|^_|_$|_[^0-9a-f]|[^0-9a-f]_/i.test(body);
}

function hexFloat([, sign = '', whole = '', fraction = '', exponent = '']: RegExpExecArray): number | undefined {
  const digits = `${whole}${fraction}`.replaceAll('_', '');
  if (digits === '' || digits.length > 300) return undefined;
  const scale = Number(exponent.replaceAll('_', '')) - 4 * fraction.replaceAll('_', '').length;
  // In two steps, because the power alone may be too small for a number.
  const half = Math.trunc(scale / 2);
  const value = Number(BigInt(`0x${digits}`)) * 2 ** half * 2 ** (scale - half);
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined;
}
