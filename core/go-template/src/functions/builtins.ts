// Functions that text/template has by itself.
import { elementOf, Reflected } from '../evaluate/reflected.ts';
import { sprint, sprintln } from '../format/print.ts';
import { sprintf } from '../format/sprintf.ts';
import { byteLength, toBytes } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { isTrue } from '../values/truth.ts';
import { typeOf } from '../values/types.ts';
import { GoInt, GoList, GoMap, goInt } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { comparisons } from './compare.ts';
import { contextualVariadic, fn, variadic } from './define.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';
import { escapeHtml, escapeJavaScript, escapeQuery } from './escape.ts';
import { formattedLength } from './formatted-length.ts';

export const builtins: FunctionTable = {
  ...comparisons,
  and: logic(false),
  or: logic(true),
  not: fn(['reflect.Value'], ({ value }) => !isTrue(value)),
  len: fn(['reflect.Value'], length),
  index: variadic(['reflect.Value'], 'reflect.Value', (item, ...indexes) => indexes.reduce(indexInto, present(item))),
  call: variadic(['reflect.Value'], 'reflect.Value', ({ value }) => {
    throw new GoPanic(value === undefined || value === null ? 'call of nil' : `non-function of type ${typeOf(value)}`);
  }),
  html: variadic([], 'interface {}', (...values) => escapeHtml(joinArguments(values))),
  js: variadic([], 'interface {}', (...values) => escapeJavaScript(joinArguments(values))),
  urlquery: variadic([], 'interface {}', (...values) => escapeQuery(joinArguments(values))),
  print: variadic([], 'interface {}', (...values) => sprint(values)),
  println: variadic([], 'interface {}', (...values) => sprintln(values)),
  printf: contextualVariadic(['string'], 'interface {}', (context, format, ...values) => {
    context.meter.reserve(formattedLength(format));
    return sprintf(format, values);
  }),
};

/** Evaluated by the evaluator, because it must not look at all arguments. */
function logic(shortCircuits: boolean): TemplateFunction {
  return { ...variadic(['reflect.Value'], 'reflect.Value', () => null), shortCircuits };
}

function length({ value, isInterface }: Reflected): GoValue {
  if (value === undefined) throw new GoPanic('reflect: call of reflect.Value.Type on zero Value');
  if (value === null) throw new GoPanic(isInterface ? 'len of nil pointer' : 'len of untyped nil');
  if (typeof value === 'string') return goInt(byteLength(value));
  if (value instanceof GoList) return goInt(value.items.length);
  if (value instanceof GoMap) return goInt(value.size);
  throw new GoPanic(`len of type ${typeOf(value)}`);
}

function present(item: Reflected): Reflected {
  if (item.value === undefined || item.value === null) throw new GoPanic('index of untyped nil');
  return item;
}

function indexInto(item: Reflected, index: Reflected): Reflected {
  const { value } = item;
  const key = index.value ?? null;
  if (value === undefined || value === null) throw new GoPanic('index of nil pointer');
  if (value instanceof GoList) {
    const found = value.items[position(key, value.items.length)];
    if (found === undefined) throw new GoPanic('reflect: slice index out of range');
    return elementOf(value.element, found);
  }
  if (typeof value === 'string') {
    const byte = toBytes(value)[position(key, byteLength(value))];
    if (byte === undefined) throw new GoPanic('reflect: string index out of range');
    return new Reflected(new GoInt(BigInt(byte), 'uint8'), false);
  }
  if (value instanceof GoMap) return fromMap(value, key);
  throw new GoPanic(`can't index item of type ${typeOf(value)}`);
}

function fromMap(map: GoMap, key: GoValue): Reflected {
  if (map.key === 'string' && typeof key !== 'string') {
    throw new GoPanic(key === null ? 'value is nil; should be of type string' : `value has type ${typeOf(key)}; should be string`);
  }
  return elementOf(map.element, map.get(key) ?? (map.element === 'string' ? '' : null));
}

function position(index: GoValue, length: number): number {
  if (index === null) throw new GoPanic('cannot index slice/array with nil');
  if (!(index instanceof GoInt)) throw new GoPanic(`cannot index slice/array with type ${typeOf(index)}`);
  if (index.value < 0n || index.value > BigInt(length)) throw new GoPanic(`index out of range: ${index.value}`);
  return Number(index.value);
}

function joinArguments(values: readonly GoValue[]): string {
  return sprint(values.map((value) => value ?? '<no value>'));
}

