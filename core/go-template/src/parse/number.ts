// Number constants with Go's rules: one constant can be an integer, an unsigned and a float at once, and `08` is refused.
import { quote, readCharacter } from '../format/quote.ts';
import { parseFloatText, parseIntText, parseUintText } from '../format/parse-number.ts';
import type { NumberNode } from './node.ts';

export type ParsedNumber = { readonly ok: true; readonly node: NumberNode } | { readonly ok: false; readonly message: string };

export function parseNumber(text: string, position: number, type: 'number' | 'complex' | 'characterConstant'): ParsedNumber {
  if (type === 'characterConstant') return parseCharacter(text, position);
  if (type === 'complex') return parseComplex(text, position);
  if (text.endsWith('i')) {
    const imaginary = parseFloatText(text.slice(0, -1));
    if (imaginary !== undefined) return complexNode(text, position, 0, imaginary);
  }
  return parseReal(text, position);
}

function parseReal(text: string, position: number): ParsedNumber {
  const int = parseIntText(text, 64);
  const uint = parseUintText(text, 64) ?? (int === 0n ? 0n : undefined);
  if (int !== undefined || uint !== undefined) return node({ text, position, int, uint, float: Number(int ?? uint) });
  const float = parseFloatText(text);
  if (float === undefined) return { ok: false, message: `illegal number syntax: ${quote(text)}` };
  // It reads as a float but looks like an integer: too large for one.
  if (!/[.eEpP]/.test(text)) return { ok: false, message: `integer overflow: ${quote(text)}` };
  return node({ text, position, int: wholeWithin(float, -(2 ** 63), 2 ** 63), uint: wholeWithin(float, 0, 2 ** 64), float });
}

function parseCharacter(text: string, position: number): ParsedNumber {
  const read = readCharacter(text.slice(1), "'");
  if (read === undefined) return { ok: false, message: 'invalid syntax' };
  if (text.slice(1 + read.length) !== "'") return { ok: false, message: `malformed character constant: ${text}` };
  return node({ text, position, int: BigInt(read.code), uint: BigInt(read.code), float: read.code });
}

function parseComplex(text: string, position: number): ParsedNumber {
  const split = /^([+-]?.*?[^eEpP])([+-].*)i$/.exec(text);
  const real = parseFloatText(split?.[1] ?? '');
  const imaginary = parseFloatText(split?.[2] ?? '');
  if (real === undefined || imaginary === undefined) return { ok: false, message: 'syntax error scanning complex number' };
  return complexNode(text, position, real, imaginary);
}

function complexNode(text: string, position: number, real: number, imaginary: number): ParsedNumber {
  const simple = imaginary === 0;
  return node({
    text,
    position,
    int: simple ? wholeWithin(real, -(2 ** 63), 2 ** 63) : undefined,
    uint: simple ? wholeWithin(real, 0, 2 ** 64) : undefined,
    float: simple ? real : undefined,
    complex: [real, imaginary],
  });
}

function node(fields: Omit<NumberNode, 'type' | 'complex'> & { readonly complex?: readonly [number, number] }): ParsedNumber {
  return { ok: true, node: { type: 'number', complex: undefined, ...fields } };
}

function wholeWithin(value: number, low: number, high: number): bigint | undefined {
  return Number.isInteger(value) && value >= low && value < high ? BigInt(value) : undefined;
}
