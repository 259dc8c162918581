// JSON from outside, read member by member: nothing is believed to have a shape.

export type Json = string | number | boolean | null | readonly Json[] | JsonRecord;

export interface JsonRecord {
  readonly [name: string]: Json | undefined;
}

/** Parses text; undefined where it is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    // JSON.parse gives nothing but such values.
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** An own member that is a text; undefined where there is none. */
export function findText(record: JsonRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
