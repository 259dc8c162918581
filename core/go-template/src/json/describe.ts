import { GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';

/** What encoding/json calls a value in its messages. */
export function describeJsonType(value: GoValue): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof GoList) return 'array';
  return value instanceof GoMap ? 'object' : 'number';
}
