// Package fmt: Sprint, Sprintln, Sprintf on Go values, with its marks for mistakes (`%!d(string=x)`).
import { normalise } from '../values/bytes.ts';
import { sortedEntries } from '../values/sort-entries.ts';
import { isUnsigned, typeOf } from '../values/types.ts';
import { GoComplex, GoInt, GoList, GoMap, GoObject } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { printNamedInt } from '../time/named-ints.ts';
import { noFlags } from './flags.ts';
import type { Flags } from './flags.ts';
import { pad } from './flags.ts';
import { formatBool, formatFloatVerb, formatInteger, formatString } from './scalar.ts';

/** Spaces between operands when neither is a string. */
export function sprint(values: readonly GoValue[]): string {
  let result = '';
  let afterString = true;
  for (const [index, value] of values.entries()) {
    const isString = typeof value === 'string';
    if (index > 0 && !isString && !afterString) result += ' ';
    result += printPlain(value);
    afterString = isString;
  }
  return normalise(result);
}

export function sprintln(values: readonly GoValue[]): string {
  return normalise(`${values.map(printPlain).join(' ')}\n`);
}

/** `%v`. */
export function printPlain(value: GoValue): string {
  return typeof value === 'string' ? value : formatValue(value, 'v', noFlags());
}

/** One value with one verb; the flags apply to everything inside of it. */
export function formatValue(value: GoValue, verb: string, flags: Flags): string {
  if (value === null) return verb === 'T' || verb === 'v' ? pad('<nil>', flags) : badVerb(null, verb, flags);
  if (verb === 'T') return pad(typeOf(value), flags);
  if (verb === 'p') return badVerb(value, verb, flags);
  return formatPresent(value, verb, flags);
}

function formatPresent(value: Exclude<GoValue, null>, verb: string, flags: Flags): string {
  if (typeof value === 'boolean') return formatBool(value, verb, flags) ?? badVerb(value, verb, flags);
  if (typeof value === 'number') return formatFloatVerb(value, verb, flags) ?? badVerb(value, verb, flags);
  if (typeof value === 'string') return formatString(value, verb, flags) ?? badVerb(value, verb, flags);
  if (value instanceof GoInt) {
    const words = 'vsxXq'.includes(verb) && !flags.sharpV ? printNamedInt(value) : undefined;
    const text = words === undefined ? formatInteger(value.value, isUnsigned(value), verb, flags) : formatString(words, verb, flags);
    return text ?? badVerb(value, verb, flags);
  }
  if (value instanceof GoComplex) return formatComplex(value, verb, flags);
  if (value instanceof GoList) return formatList(value, verb, flags);
  if (value instanceof GoMap) return formatMap(value, verb, flags);
  return formatString(value.print(), verb, flags) ?? badVerb(value, verb, flags);
}

function formatComplex(value: GoComplex, verb: string, flags: Flags): string {
  const real = formatFloatVerb(value.real, verb, flags);
  const imaginary = formatFloatVerb(value.imaginary, verb, { ...flags, plus: true });
  return real === undefined || imaginary === undefined ? badVerb(value, verb, flags) : `(${real}${imaginary}i)`;
}

function formatList(list: GoList, verb: string, flags: Flags): string {
  const items = list.items.map((item) => formatInner(item, verb, flags));
  if (!flags.sharpV) return `[${items.join(' ')}]`;
  return list.isNil ? `${typeOf(list)}(nil)` : `${typeOf(list)}{${items.join(', ')}}`;
}

function formatMap(map: GoMap, verb: string, flags: Flags): string {
  const pairs = sortedEntries(map).map(([key, value]) => `${formatInner(key, verb, flags)}:${formatInner(value, verb, flags)}`);
  if (!flags.sharpV) return `map[${pairs.join(' ')}]`;
  return map.isNil ? `${typeOf(map)}(nil)` : `${typeOf(map)}{${pairs.join(', ')}}`;
}

/** Nil inside of something prints the same for every verb. */
function formatInner(value: GoValue, verb: string, flags: Flags): string {
  if (value === null) return flags.sharpV ? 'interface {}(nil)' : '<nil>';
  return formatPresent(value, verb, flags);
}

function badVerb(value: GoValue, verb: string, flags: Flags): string {
  const shown = value === null ? '<nil>' : `${typeOf(value)}=${value instanceof GoObject ? value.print() : formatPresent(value, 'v', flags)}`;
  return `%!${verb}(${shown})`;
}
