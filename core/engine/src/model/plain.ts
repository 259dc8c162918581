import type { Json, JsonObject } from './json.ts';
import { isSecret } from './secret.ts';

// Options as data: what plans hold and fingerprints encode. Secrets stand by name.

export type Plain = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly path: readonly (string | number)[]; readonly found: string };

/**
 * The value as frozen plain data. Fields that are undefined are left out; keys are in code-unit order. Refused: functions, symbols, big integers, numbers
 * that are not finite, instances of classes, cycles, and holes in lists.
 */
export function toPlain(value: unknown): Plain {
  return convert(value, [], new Set());
}

/** `toPlain` for options: undefined is the empty object. Anything but an object is kept below `value`. */
export function toPlainObject(value: unknown): { readonly ok: true; readonly value: JsonObject } | Extract<Plain, { ok: false }> {
  const plain = toPlain(value === undefined ? {} : value);
  if (!plain.ok) return plain;
  return { ok: true, value: isJsonObject(plain.value) ? plain.value : Object.freeze({ value: plain.value }) };
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function convert(value: unknown, path: readonly (string | number)[], above: Set<object>): Plain {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return { ok: true, value };
    case 'number':
      return Number.isFinite(value) ? { ok: true, value: Object.is(value, -0) ? 0 : value } : { ok: false, path, found: String(value) };
    case 'object':
      if (value === null) return { ok: true, value };
      return convertObject(value, path, above);
    case 'undefined':
    case 'function':
    case 'symbol':
    case 'bigint':
      return { ok: false, path, found: `a value of type ${typeof value}` };
    default:
      return { ok: false, path, found: 'an unknown type' };
  }
}

function convertObject(value: object, path: readonly (string | number)[], above: Set<object>): Plain {
  if (isSecret(value)) return { ok: true, value: Object.freeze({ secret: value.name }) };
  if (above.has(value)) return { ok: false, path, found: 'a cycle' };
  above.add(value);
  try {
    if (Array.isArray(value)) {
      const items: Json[] = [];
      // Array.from: holes become undefined, which is refused.
      for (const [index, item] of Array.from<unknown>(value).entries()) {
        const plain = convert(item, [...path, index], above);
        if (!plain.ok) return plain;
        items.push(plain.value);
      }
      return { ok: true, value: Object.freeze(items) };
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    // Objects of another realm (the config may be loaded in one) have another Object.prototype, whose own prototype is null too.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return { ok: false, path, found: `an instance of ${value.constructor.name || 'a class'}` };
    const fields: [string, Json][] = [];
    for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (item === undefined) continue;
      const plain = convert(item, [...path, key], above);
      if (!plain.ok) return plain;
      fields.push([key, plain.value]);
    }
    // fromEntries defines own fields, so that a key `__proto__` stays a key.
    return { ok: true, value: Object.freeze(Object.fromEntries(fields)) };
  } finally {
    above.delete(value);
  }
}
