// Template data. Whole numbers are `bigint`, all others `number`, because templates print and compare the two differently.
// Two kinds of mappings exist for the same reason: what comes from a values file below the top level may have keys of any scalar
// type and is no "dict" for template functions; what comes from a collection went through JSON and is one.

export type Value = null | boolean | bigint | number | string | readonly Value[] | ValueMap;
export type ValueKey = null | boolean | bigint | number | string;

export interface ValueMap {
  readonly keys: 'text' | 'any';
  readonly entries: ReadonlyMap<ValueKey, Value>;
}

export const NO_VALUES: ValueMap = { keys: 'text', entries: new Map() };

export function isValueMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain data, as from a typed preset, read the way a values file would be: whole numbers are integers. */
export function valuesFromJson(data: Readonly<Record<string, unknown>>): ValueMap {
  const entries = Object.entries(data).map(([key, value]): [string, Value] => [key, valueFromJson(value, key)]);
  return { keys: 'text', entries: new Map(entries) };
}

/** JSON data for records. Keys that are no text are written as text; numbers beyond 2^53 become text rather than inexact. */
export function valuesToJson(values: ValueMap): Record<string, unknown> {
  const entries = [...values.entries].map(([key, value]): [string, unknown] => [String(key), valueToJson(value)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function valueFromJson(data: unknown, path: string): Value {
  if (data === undefined || data === null) return null;
  if (typeof data === 'boolean' || typeof data === 'bigint' || typeof data === 'string') return data;
  if (typeof data === 'number') return Number.isSafeInteger(data) ? BigInt(data) : data;
  if (typeof data !== 'object') throw new TypeError(`values: "${path}" is a ${typeof data}, which no template can use`);
  if (Array.isArray(data)) return data.map((item, index) => valueFromJson(item, `${path}[${index}]`));
  const entries = Object.entries(data).map(([key, item]): [string, Value] => [key, valueFromJson(item, `${path}.${key}`)]);
  return { keys: 'any', entries: new Map(entries) };
}

function valueToJson(value: Value): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (isValueMap(value)) return valuesToJson(value);
  return Array.isArray(value) ? value.map((item: Value) => valueToJson(item)) : value;
}
