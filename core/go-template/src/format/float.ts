// `strconv.FormatFloat` for 64 bits. Shortest digits are the same in Go and JavaScript; given precisions are not (`toFixed` rounds halves up),
// so those come from the exact decimal value, rounded half to even.

export type FloatFormat = 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X' | 'b';

interface Decimal {
  readonly negative: boolean;
  /** Significant digits without leading zeros; '' for zero. */
  readonly digits: string;
  /** Place of the decimal point: the value is 0.digits × 10^point. */
  readonly point: number;
}

/** `precision` -1 is the shortest text that reads back as the same number. */
export function formatFloat(value: number, format: FloatFormat, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (format === 'b') return formatBinaryExponent(value);
  if (format === 'x' || format === 'X') return formatHexadecimal(value, format, precision);
  if (precision < 0) return layOut(shortest(value), format, -1);
  const exact = exactDecimal(value);
  switch (format) {
    case 'e':
    case 'E':
      return layOut(roundTo(exact, precision + 1), format, precision);
    case 'f':
      return layOut(roundTo(exact, exact.point + precision), format, precision);
    case 'g':
    case 'G':
    default:
      return layOut(roundTo(exact, precision === 0 ? 1 : precision), format, precision === 0 ? 1 : precision);
  }
}

function layOut(decimal: Decimal, format: 'e' | 'E' | 'f' | 'g' | 'G', precision: number): string {
  const { digits, point } = decimal;
  if (format === 'f') return layOutFixed(decimal, precision < 0 ? Math.max(digits.length - point, 0) : precision);
  if (format === 'e' || format === 'E') return layOutExponent(decimal, precision < 0 ? Math.max(digits.length - 1, 0) : precision, format);
  let threshold = precision;
  if (threshold > digits.length && digits.length >= point) threshold = digits.length;
  if (precision < 0) threshold = 6;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= threshold) {
    const shown = precision < 0 || precision > digits.length ? digits.length : precision;
    return layOutExponent(decimal, Math.max(shown - 1, 0), format === 'g' ? 'e' : 'E');
  }
  return layOutFixed(decimal, Math.max(digits.length - point, 0));
}

function layOutFixed({ negative, digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  let fraction = '';
  for (let i = 0; i < precision; i++) fraction += digits[point + i] ?? '0';
  return `${negative ? '-' : ''}${whole}${precision > 0 ? `.${fraction}` : ''}`;
}

function layOutExponent({ negative, digits, point }: Decimal, precision: number, letter: 'e' | 'E'): string {
  const first = digits[0] ?? '0';
  const fraction = precision > 0 ? `.${digits.slice(1, 1 + precision).padEnd(precision, '0')}` : '';
  const exponent = digits === '' ? 0 : point - 1;
  return `${negative ? '-' : ''}${first}${fraction}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function shortest(value: number): Decimal {
  const negative = value < 0 || Object.is(value, -0);
  if (value === 0) return { negative, digits: '', point: 0 };
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return { negative, digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** All digits of the binary value. */
function exactDecimal(value: number): Decimal {
  const negative = value < 0 || Object.is(value, -0);
  if (value === 0) return { negative, digits: '', point: 0 };
  const { mantissa, exponent } = split(value);
  const scaled = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = scaled.toString();
  const point = text.length + (exponent >= 0 ? 0 : exponent);
  return { negative, digits: text.replace(/0+$/, ''), point };
}

/** Keeps `count` digits, half to even; nothing is left of a number that rounds to zero. */
function roundTo(decimal: Decimal, count: number): Decimal {
  const { negative, digits, point } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return { negative, digits: '', point: 0 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const half = '5'.padEnd(rest.length, '0');
  const odd = Number(kept.at(-1) ?? '0') % 2 === 1;
  const up = rest > half || (rest === half && odd);
  if (!up) return trimmed(negative, kept, point);
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return raised.length > count ? trimmed(negative, raised, point + 1) : trimmed(negative, raised.padStart(count, '0'), point);
}

function trimmed(negative: boolean, digits: string, point: number): Decimal {
  const significant = digits.replace(/0+$/, '');
  return { negative, digits: significant, point: significant === '' ? 0 : point };
}

/** value = mantissa × 2^exponent, exactly. */
function split(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const raised = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return raised === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: raised - 1075 };
}

function formatBinaryExponent(value: number): string {
  const { mantissa, exponent } = split(value);
  const negative = value < 0 || Object.is(value, -0);
  return `${negative ? '-' : ''}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

function formatHexadecimal(value: number, format: 'x' | 'X', precision: number): string {
  const negative = value < 0 || Object.is(value, -0);
  let { mantissa, exponent } = split(value);
  if (mantissa === 0n) exponent = 0;
  else {
    while (mantissa < 1n << 52n) {
      mantissa <<= 1n;
      exponent--;
    }
    exponent += 52;
  }
  let fractionBits = 52;
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(52 - precision * 4);
    const rest = mantissa & ((1n << drop) - 1n);
    const half = 1n << (drop - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa += 1n;
    fractionBits = precision * 4;
    if (mantissa >> BigInt(fractionBits) > 1n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  const whole = mantissa >> BigInt(fractionBits);
  let fraction = (mantissa & ((1n << BigInt(fractionBits)) - 1n)).toString(16).padStart(fractionBits / 4, '0');
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fractionBits === 0 ? '' : fraction.padEnd(precision, '0');
  const sign = exponent < 0 ? '-' : '+';
  const text = `${negative ? '-' : ''}0x${whole}${fraction === '' ? '' : `.${fraction}`}p${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return format === 'X' ? text.toUpperCase() : text;
}
