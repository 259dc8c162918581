// sprig: lists. `must…` functions differ from the others by a name only: both end in a template error.
import { itemSize, visitSize } from '../evaluate/limits.ts';
import type { Meter } from '../evaluate/limits.ts';
import { compareText } from '../values/bytes.ts';
import { deepEqual } from '../values/deep-equal.ts';
import { GoPanic } from '../values/panic.ts';
import { kindOf } from '../values/types.ts';
import { GoList, goInt, stringList } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { toInt64 } from './convert.ts';
import { isEmpty, textOf } from './defaults.ts';
import { contextual, contextualVariadic, fn, variadic } from './define.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';

export const lists: FunctionTable = {
  list: variadic([], 'interface {}', (...items) => new GoList(items)),
  tuple: variadic([], 'interface {}', (...items) => new GoList(items)),
  ...withMust('first', fn(['interface {}'], (list) => itemsOf(list, 'find first')[0] ?? null)),
  ...withMust('last', fn(['interface {}'], (list) => itemsOf(list, 'find last').at(-1) ?? null)),
  ...withMust('rest', fn(['interface {}'], (list) => tail(itemsOf(list, 'find rest')))),
  ...withMust('initial', fn(['interface {}'], (list) => head(itemsOf(list, 'find initial')))),
  ...withMust('append', fn(['interface {}', 'interface {}'], append)),
  ...withMust('push', fn(['interface {}', 'interface {}'], append)),
  ...withMust('prepend', fn(['interface {}', 'interface {}'], (list, item) => new GoList([item, ...itemsOf(list, 'prepend')]))),
  ...withMust('reverse', fn(['interface {}'], (list) => new GoList(itemsOf(list, 'find reverse').toReversed()))),
  ...withMust('uniq', contextual(['interface {}'], ({ meter }, list) => new GoList(unique(itemsOf(list, 'find uniq'), meter)))),
  ...withMust('compact', fn(['interface {}'], (list) => new GoList(itemsOf(list, 'compact').filter((item) => !isEmpty(item))))),
  ...withMust('without', contextualVariadic(['interface {}'], 'interface {}', ({ meter }, list, ...omitted) => without(list, omitted, meter))),
  ...withMust('has', fn(['interface {}', 'interface {}'], (needle, list) => list !== null && contains(itemsOf(list, 'find has'), needle))),
  ...withMust('slice', variadic(['interface {}'], 'interface {}', slice)),
  ...withMust('chunk', fn(['int', 'interface {}'], chunk)),
  concat: contextualVariadic([], 'interface {}', ({ meter }, ...all) => {
    const parts = all.map((list) => itemsOf(list, 'concat'));
    meter.reserve(parts.reduce((sum, items) => sum + items.length, 0) * itemSize);
    return new GoList(parts.flat());
  }),
  join: fn(['string', 'interface {}'], (separator, list) => stringsOf(list).join(separator)),
  sortAlpha: fn(['interface {}'], sortAlpha),
  toStrings: fn(['interface {}'], (list) => stringList(stringsOf(list))),
  until: contextual(['int'], (context, count) => range(context.meter, 0, count, count < 0 ? -1 : 1)),
  untilStep: contextual(['int', 'int', 'int'], (context, start, stop, step) => range(context.meter, start, stop, step)),
};

/** Strings of a list without its nils; a single value is a list of one, nil of none (sprig's strslice). */
function stringsOf(value: GoValue): string[] {
  if (value === null) return [];
  if (!(value instanceof GoList)) return [textOf(value)];
  return value.items.filter((item) => item !== null).map(textOf);
}

function withMust(name: string, definition: TemplateFunction): FunctionTable {
  return { [name]: definition, [`must${name[0]?.toUpperCase()}${name.slice(1)}`]: definition };
}

function itemsOf(list: GoValue, action: string): readonly GoValue[] {
  if (list instanceof GoList) return list.items;
  if (list === null) throw new GoPanic('reflect: call of reflect.Value.Type on zero Value');
  throw new GoPanic(`Cannot ${action} on type ${kindOf(list)}`);
}

function append(list: GoValue, item: GoValue): GoValue {
  return new GoList([...itemsOf(list, 'push'), item]);
}

function tail(items: readonly GoValue[]): GoValue {
  return items.length === 0 ? new GoList([], 'interface {}', true) : new GoList(items.slice(1));
}

function head(items: readonly GoValue[]): GoValue {
  return items.length === 0 ? new GoList([], 'interface {}', true) : new GoList(items.slice(0, -1));
}

function contains(items: readonly GoValue[], needle: GoValue): boolean {
  return items.some((item) => deepEqual(needle, item));
}

/** Each item is compared with all before it; the comparisons count. */
function unique(items: readonly GoValue[], meter: Meter): GoValue[] {
  const result: GoValue[] = [];
  for (const item of items) {
    meter.reserve(result.length * visitSize);
    if (!contains(result, item)) result.push(item);
  }
  return result;
}

function without(list: GoValue, omitted: readonly GoValue[], meter: Meter): GoValue {
  const items = itemsOf(list, 'find without');
  meter.reserve(items.length * omitted.length * visitSize);
  return new GoList(items.filter((item) => !contains(omitted, item)));
}

function slice(list: GoValue, ...indices: GoValue[]): GoValue {
  if (!(list instanceof GoList)) throw new GoPanic(`list should be type of slice or array but ${kindOf(list)}`);
  const { length } = list.items;
  if (length === 0) return null;
  const start = indices[0] === undefined ? 0 : Number(toInt64(indices[0]));
  const end = indices[1] === undefined ? length : Number(toInt64(indices[1]));
  if (start < 0 || end < start || end > length) throw new GoPanic('reflect.Value.Slice: slice index out of bounds');
  return new GoList(list.items.slice(start, end), list.element);
}

function chunk(size: number, list: GoValue): GoValue {
  if (!(list instanceof GoList)) throw new GoPanic(`Cannot chunk type ${kindOf(list)}`);
  const { items } = list;
  if (size === 0) throw new GoPanic('runtime error: makeslice: len out of range');
  if (size < 0) throw new GoPanic('runtime error: makeslice: len out of range');
  const chunks: GoList[] = [];
  for (let index = 0; index < items.length; index += size) chunks.push(new GoList(items.slice(index, index + size)));
  return new GoList(chunks, '[]interface {}');
}

function sortAlpha(list: GoValue): GoValue {
  if (!(list instanceof GoList)) return stringList([textOf(list)]);
  return stringList(stringsOf(list).toSorted(compareText));
}

function range(meter: Meter, start: number, stop: number, step: number): GoValue {
  if (step === 0 || (stop < start ? step >= 0 : step < 0)) return new GoList([], 'int');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  meter.reserve(count * itemSize);
  return new GoList(Array.from({ length: count }, (_, index) => goInt(start + index * step)), 'int');
}

