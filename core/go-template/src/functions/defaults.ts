// sprig: defaults, emptiness, types.
import { printPlain } from '../format/print.ts';
import { deepEqual } from '../values/deep-equal.ts';
import { GoPanic } from '../values/panic.ts';
import { isTrue } from '../values/truth.ts';
import { kindOf, typeOf } from '../values/types.ts';
import { GoList, GoMap, GoObject } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { fn, variadic } from './define.ts';
import type { FunctionTable } from './define.ts';

export const defaults: FunctionTable = {
  default: variadic(['interface {}'], 'interface {}', (fallback, ...given) => (given[0] === undefined || isEmpty(given[0]) ? fallback : given[0])),
  empty: fn(['interface {}'], isEmpty),
  coalesce: variadic([], 'interface {}', (...values) => values.find((value) => !isEmpty(value)) ?? null),
  all: variadic([], 'interface {}', (...values) => values.every((value) => !isEmpty(value))),
  any: variadic([], 'interface {}', (...values) => values.some((value) => !isEmpty(value))),
  ternary: fn(['interface {}', 'interface {}', 'bool'], (yes, no, condition) => (condition ? yes : no)),
  fail: fn(['string'], (message) => {
    throw new GoPanic(message);
  }),
  typeOf: fn(['interface {}'], typeOf),
  typeIs: fn(['string', 'interface {}'], (name, value) => name === typeOf(value)),
  typeIsLike: fn(['string', 'interface {}'], (name, value) => name === typeOf(value) || `*${name}` === typeOf(value)),
  kindOf: fn(['interface {}'], kindOf),
  kindIs: fn(['string', 'interface {}'], (name, value) => name === kindOf(value)),
  deepEqual: fn(['interface {}', 'interface {}'], deepEqual),
  deepCopy: fn(['interface {}'], deepCopy),
  mustDeepCopy: fn(['interface {}'], deepCopy),
  hello: fn([], () => 'Hello!'),
};

/** sprig's notion of empty; unlike `if`, an object is never empty. */
export function isEmpty(value: GoValue): boolean {
  return value instanceof GoObject ? false : !isTrue(value);
}

/** Text of anything (sprig's strval): strings as they are, all else with `%v`. */
export function textOf(value: GoValue): string {
  return printPlain(value);
}

export function deepCopy(value: GoValue): GoValue {
  if (value === null) throw new GoPanic('reflect: call of reflect.Value.Type on zero Value');
  return copy(value);
}

function copy(value: GoValue): GoValue {
  if (value instanceof GoList) return new GoList(value.items.map(copy), value.element, value.isNil);
  if (!(value instanceof GoMap) || value.isNil) return value;
  const map = new GoMap(value.key, value.element);
  for (const [key, item] of value.entries()) map.set(key, copy(item));
  return map;
}

