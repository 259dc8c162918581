// Several value maps into one; later maps win. Mappings merge at any depth, lists and scalars are replaced whole.
// Under the rule `presence` a key that is there wins, whatever its value. Under `luet` an *empty* value (false, 0, "", [], {},
// null) never overrides: `flag: false` over `flag: true` stays true. Real trees may rely on that, people hardly ever want it.

import { isValueMap, NO_VALUES } from './value.ts';
import type { Value, ValueKey, ValueMap } from './value.ts';

export type MergeRule = 'presence' | 'luet';

/** `maps` from the weakest to the strongest: a package's definition first, then the values files in the order they are given. */
export function mergeValues(maps: readonly ValueMap[], rule: MergeRule = 'presence'): ValueMap {
  const merged = maps.reduce((low, high) => mergeMaps(high, low, rule, 'top'), NO_VALUES);
  return rule === 'luet' ? dropNulls(merged) : merged;
}

function mergeMaps(high: ValueMap, low: ValueMap, rule: MergeRule, level: 'top' | 'below'): ValueMap {
  const entries = new Map<ValueKey, Value>(low.entries);
  for (const [key, value] of high.entries) {
    const lower = entries.get(key);
    if (isValueMap(value) && isValueMap(lower)) entries.set(key, mergeMaps(value, lower, rule, 'below'));
    else if (lower === undefined || rule === 'presence' || !isEmpty(value)) entries.set(key, value);
  }
  return { keys: level === 'top' ? 'text' : high.keys, entries };
}

/** Null keys vanish from the top level only. */
function dropNulls(map: ValueMap): ValueMap {
  return { keys: map.keys, entries: new Map([...map.entries].filter(([, value]) => value !== null)) };
}

function isEmpty(value: Value): boolean {
  if (isValueMap(value)) return value.entries.size === 0;
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === false || value === '' || value === 0n || value === 0;
}
