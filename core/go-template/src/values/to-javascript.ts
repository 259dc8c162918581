// Go values to plain JavaScript data.
import { cleanText } from './bytes.ts';
import { GoComplex, GoInt, GoList, GoMap } from './value.ts';
import type { GoValue } from './value.ts';
import { printPlain } from '../format/print.ts';

export type PlainValue = null | boolean | number | bigint | string | readonly PlainValue[] | { readonly [key: string]: PlainValue };

/** Integers become numbers when a number holds them exactly, else bigints; keys become text (`true`, `1`). Objects have no prototype. */
export function toJavaScript(value: GoValue): PlainValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return cleanText(value);
  if (value instanceof GoInt) return BigInt(Number(value.value)) === value.value && Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value;
  if (value instanceof GoList) return value.items.map(toJavaScript);
  if (value instanceof GoMap) {
    const result: Record<string, PlainValue> = Object.create(null);
    for (const [key, item] of value.entries()) result[cleanText(printPlain(key))] = toJavaScript(item);
    return result;
  }
  return value instanceof GoComplex ? printPlain(value) : value.print();
}
