// The values that a template works on, with the types that Go gives them. A JavaScript number is always a Go float64; integers are
// `GoInt`. Maps come in two kinds: those with string keys (what `dict` makes) and those with arbitrary keys (nested YAML maps), and
// many functions accept only the first.
import { GoPanic } from './panic.ts';

export type GoValue = null | boolean | number | string | GoInt | GoComplex | GoList | GoMap | GoObject;

/** Names of integer types; those of package `time` print as words. */
export type IntType = 'int' | 'int64' | 'uint64' | 'uint8' | 'int32' | 'uint32' | 'time.Duration' | 'time.Month' | 'time.Weekday';

export class GoInt {
  readonly value: bigint;
  readonly type: IntType;
  constructor(value: bigint, type: IntType) {
    this.value = value;
    this.type = type;
  }
}

export class GoComplex {
  readonly real: number;
  readonly imaginary: number;
  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

/** Slice. `element` is the element type as Go writes it; a nil slice is empty and prints as `null` in JSON. */
export class GoList {
  readonly items: readonly GoValue[];
  readonly element: string;
  readonly isNil: boolean;
  constructor(items: readonly GoValue[], element = 'interface {}', isNil = false) {
    this.items = items;
    this.element = element;
    this.isNil = isNil;
  }
}

export type MapKeyType = 'string' | 'interface {}';

/** Map; a reference like in Go: `set` is seen by everybody who holds it. */
export class GoMap {
  readonly key: MapKeyType;
  readonly element: string;
  readonly isNil: boolean;
  readonly #entries = new Map<string, readonly [GoValue, GoValue]>();

  constructor(key: MapKeyType, element = 'interface {}', isNil = false) {
    this.key = key;
    this.element = element;
    this.isNil = isNil;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** `undefined` when there is no such key; a nil value is `null`. */
  get(key: GoValue): GoValue | undefined {
    return this.#entries.get(this.#encode(key))?.[1];
  }

  has(key: GoValue): boolean {
    return this.#entries.has(this.#encode(key));
  }

  set(key: GoValue, value: GoValue): void {
    if (this.isNil) throw new GoPanic('assignment to entry in nil map');
    this.#entries.set(this.#encode(key), [key, value]);
  }

  delete(key: GoValue): void {
    this.#entries.delete(this.#encode(key));
  }

  /** In order of insertion; whatever reaches an output sorts first. */
  entries(): IterableIterator<readonly [GoValue, GoValue]> {
    return this.#entries.values();
  }

  *values(): Generator<GoValue, undefined> {
    for (const [, value] of this.#entries.values()) yield value;
  }

  #encode(key: GoValue): string {
    return this.key === 'string' && typeof key === 'string' ? key : encodeKey(key);
  }
}

/** A value with methods or fields: a time, a version, helm's chart. */
export abstract class GoObject {
  abstract readonly typeName: string;
  abstract readonly kind: 'struct' | 'ptr' | 'map';
  /** What `print` shows. */
  abstract print(): string;
  method(_name: string): GoMethod | undefined {
    return undefined;
  }
  field(_name: string): GoValue | undefined {
    return undefined;
  }
}

export interface GoMethod {
  /** Parameter types in Go's spelling. */
  readonly parameters: readonly string[];
  readonly call: (args: readonly GoValue[]) => GoValue;
}

export function goInt(value: number | bigint): GoInt {
  return new GoInt(BigInt.asIntN(64, BigInt(value)), 'int');
}

export function goInt64(value: number | bigint): GoInt {
  return new GoInt(BigInt.asIntN(64, BigInt(value)), 'int64');
}

export function stringMap(entries: Iterable<readonly [string, GoValue]>, element = 'interface {}'): GoMap {
  const map = new GoMap('string', element);
  for (const [key, value] of entries) map.set(key, value);
  return map;
}

export function stringList(items: readonly string[]): GoList {
  return new GoList(items, 'string');
}

/** Key of a map with arbitrary keys: equal encodings are equal keys in Go (type and value). */
function encodeKey(key: GoValue): string {
  if (key === null) return 'n';
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return key ? 'bt' : 'bf';
  if (typeof key === 'number') return `f${Object.is(key, -0) ? 0 : key}`;
  if (key instanceof GoInt) return `i${key.type}:${key.value}`;
  if (key instanceof GoComplex) return `c${key.real},${key.imaginary}`;
  if (key instanceof GoList) throw new GoPanic(`runtime error: hash of unhashable type []${key.element}`);
  if (key instanceof GoMap) throw new GoPanic(`runtime error: hash of unhashable type map[${key.key}]${key.element}`);
  return `o${key.typeName}:${key.print()}`;
}
