import type { Code } from '../errors/codes.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { at } from '../errors/place.ts';
import { sentence } from '../errors/sentence.ts';
import { quote } from '../errors/schema-failures.ts';

// Small checks of plain JavaScript values: the config may be written without types, or against them.

export type Report = (diagnostic: Diagnostic) => void;

/** A thing being checked: how messages call it, and where it was declared. */
export interface Subject {
  readonly what: string;
  readonly site: string | undefined;
  readonly report: Report;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function problem(subject: Subject, code: Code, message: string, hint?: string): void {
  subject.report({ code, severity: 'error', message, ...at(subject.site), ...(hint === undefined ? {} : { hint }) });
}

/** Reports that a field is not what is expected. */
export function expected(subject: Subject, field: string, wanted: string, found: unknown, hint?: string): void {
  problem(subject, 'COS_CONFIG_SHAPE', `Expected ${wanted} as "${field}" of ${subject.what}; found ${quote(found)}.`, hint);
}

/** Every key must be known. */
export function checkKeys(subject: Subject, value: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) problem(subject, 'COS_CONFIG_UNKNOWN_FIELD', `${sentence(subject.what)} has an unknown field "${key}".`, hintFor(key, known, 'fields'));
  }
}

/** A list whose members pass; undefined fields are `fallback`. Reports else. */
export function checkList<T>(subject: Subject, field: string, value: unknown, wanted: string, test: (item: unknown) => item is T, fallback?: readonly T[]): readonly T[] {
  if (value === undefined && fallback !== undefined) return fallback;
  if (!Array.isArray(value)) {
    expected(subject, field, `a list of ${wanted}`, value);
    return [];
  }
  const items: readonly unknown[] = value;
  return items.filter((item, index): item is T => {
    if (test(item)) return true;
    expected(subject, `${field}.${index}`, wanted, item);
    return false;
  });
}

/** A whole number in a range; undefined fields are `fallback`. */
export function checkInteger(subject: Subject, field: string, value: unknown, range: { readonly minimum: number; readonly maximum?: number; readonly fallback: number }): number {
  if (value === undefined) return range.fallback;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= range.minimum && value <= (range.maximum ?? value)) return value;
  expected(subject, field, range.maximum === undefined ? `a whole number of at least ${range.minimum}` : `a whole number from ${range.minimum} to ${range.maximum}`, value);
  return range.fallback;
}

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
