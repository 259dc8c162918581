// sprig: dictionaries, that is maps with string keys. Maps out of nested YAML are not accepted (their keys may be anything).
import { mergeInto } from '../values/merge.ts';
import { GoPanic } from '../values/panic.ts';
import { GoList, GoMap, stringList } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { sortedEntries } from '../values/sort-entries.ts';
import { typeOf } from '../values/types.ts';
import { textOf } from './defaults.ts';
import { fn, variadic } from './define.ts';
import type { FunctionTable } from './define.ts';

const dictionary = 'map[string]interface {}';

export const dicts: FunctionTable = {
  dict: variadic([], 'interface {}', makeDictionary),
  get: fn([dictionary, 'string'], (map, key) => map.get(key) ?? (map.has(key) ? null : '')),
  set: fn([dictionary, 'string', 'interface {}'], (map, key, value) => {
    map.set(key, value);
    return map;
  }),
  unset: fn([dictionary, 'string'], (map, key) => {
    map.delete(key);
    return map;
  }),
  hasKey: fn([dictionary, 'string'], (map, key) => map.has(key)),
  pluck: variadic(['string'], dictionary, (key, ...maps) => new GoList(maps.filter((map) => map.has(key)).map((map) => map.get(key) ?? null))),
  keys: variadic([], dictionary, (...maps) => stringList(maps.flatMap((map) => sortedEntries(map).map(([key]) => textOf(key))))),
  values: fn([dictionary], (map) => new GoList(sortedEntries(map).map(([, value]) => value))),
  pick: variadic([dictionary], 'string', (map, ...keys) => select(map, (key) => keys.includes(key))),
  omit: variadic([dictionary], 'string', (map, ...keys) => select(map, (key) => !keys.includes(key))),
  merge: variadic([dictionary], dictionary, (target, ...sources) => mergeAll(target, sources, false)),
  mustMerge: variadic([dictionary], dictionary, (target, ...sources) => mergeAll(target, sources, false)),
  mergeOverwrite: variadic([dictionary], dictionary, (target, ...sources) => mergeAll(target, sources, true)),
  mustMergeOverwrite: variadic([dictionary], dictionary, (target, ...sources) => mergeAll(target, sources, true)),
  dig: variadic([], 'interface {}', dig),
};

function makeDictionary(...items: GoValue[]): GoValue {
  const map = new GoMap('string');
  for (let index = 0; index < items.length; index += 2) map.set(textOf(items[index] ?? null), index + 1 < items.length ? (items[index + 1] ?? null) : '');
  return map;
}

function select(map: GoMap, keep: (key: string) => boolean): GoMap {
  const result = new GoMap('string');
  for (const [key, value] of map.entries()) if (keep(textOf(key))) result.set(key, value);
  return result;
}

function mergeAll(target: GoMap, sources: readonly GoMap[], overwrite: boolean): GoMap {
  for (const source of sources) mergeInto(target, source, overwrite);
  return target;
}

/** Keys, then a default, then the dictionary. */
function dig(...args: GoValue[]): GoValue {
  if (args.length < 3) throw new GoPanic('dig needs at least three arguments');
  const keys = args.slice(0, -2);
  const fallback = args.at(-2) ?? null;
  let current: GoValue = args.at(-1) ?? null;
  for (const key of keys) {
    if (!(current instanceof GoMap) || typeOf(current) !== dictionary) {
      throw new GoPanic(`interface conversion: interface {} is ${current === null ? 'nil' : typeOf(current)}, not ${dictionary}`);
    }
    if (typeof key !== 'string') throw new GoPanic(`interface conversion: interface {} is ${key === null ? 'nil' : typeOf(key)}, not string`);
    const next: GoValue | undefined = current.get(key);
    if (next === undefined) return fallback;
    current = next;
  }
  return current;
}
