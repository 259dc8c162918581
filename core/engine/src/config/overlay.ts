import { isJsonObject } from '../model/plain.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** A map that met something else, or the other way round. */
export interface Replacement {
  readonly path: readonly string[];
  readonly below: Json;
  readonly above: Json;
}

/**
 * The upper map laid over the lower one: maps are overlaid key by key, lists and scalars replaced whole. Presence decides, so that null, false and empty
 * texts replace too. Keys of the lower map come first. `replaced` is told of maps that meet something else, except null.
 */
export function overlay(lower: JsonObject, upper: JsonObject, replaced: (replacement: Replacement) => void, path: readonly string[] = []): JsonObject {
  const fields = new Map<string, Json>(Object.entries(lower));
  for (const [key, above] of Object.entries(upper)) {
    const below = fields.get(key);
    if (isJsonObject(below) && isJsonObject(above)) {
      fields.set(key, overlay(below, above, replaced, [...path, key]));
      continue;
    }
    if (below !== undefined && below !== null && above !== null && isJsonObject(below) !== isJsonObject(above)) replaced({ path: [...path, key], below, above });
    fields.set(key, above);
  }
  // fromEntries defines own fields, so that a key `__proto__` stays a key.
  return Object.freeze(Object.fromEntries(fields));
}
