// Plain data: what may stand in options, metadata, plans and records.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** JSON with keys in code-unit order, so that equal data is equal text. Numbers as keys come first whatever is done; they too have one order. `indent`: spaces; default all in one line. */
export function formatSortedJson(data: unknown, indent?: number): string {
  return JSON.stringify(sorted(data), undefined, indent);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
