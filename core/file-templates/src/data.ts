import { TemplateFault } from './problem.ts';

// What a template can see: a copy of the given data in objects whose prototype has no names, so that no name
// reaches anything but data.

export type Value = null | boolean | number | string | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value;
}

const MAX_DEPTH = 64;

/** Prototype of copied maps: no name leads anywhere. Handlebars compares contexts with `!=`, which asks for a primitive: none that equals another. */
const nameless: object = Object.freeze({ __proto__: null, [Symbol.toPrimitive]: () => Number.NaN });

/** Copies plain data. Keys with the value undefined are left out. Throws a fault of kind `bad-data` that names the path of what is no data. */
export function copyData(value: unknown, path = 'data', depth = 0): Value {
  if (depth > MAX_DEPTH) throw bad(path, `at most ${MAX_DEPTH} levels`, 'more (is there a cycle?)');
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw bad(path, 'a finite number', String(value));
    return value;
  }
  if (Array.isArray(value)) return value.map((item, index) => copyData(item, `${path}[${index}]`, depth + 1));
  if (typeof value === 'object') {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw bad(path, 'plain data', 'an object of a class');
    const copy: { [key: string]: Value } = Object.create(nameless);
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) copy[key] = copyData(item, `${path}.${key}`, depth + 1);
    }
    return copy;
  }
  throw bad(path, 'text, a number, true, false, null, a list or a map', `a value of type ${typeof value}`);
}

/** Names a value for a message: quoted text, or what it is. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return Array.isArray(value) ? `a list of ${value.length}` : 'a map';
}

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(path: string, expected: string, found: string): TemplateFault {
  return new TemplateFault({ kind: 'bad-data', message: `${path} cannot be given to a template: expected ${expected}, found ${found}`, expected, found });
}
