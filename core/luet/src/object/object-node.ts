// Plain data as the nodes that YAML is read into, so that packages of both kinds are decoded and checked by the same code. All nodes
// stand at one place of a file, the call that made the object; which field of it is meant, each one says.

import type { Decoder } from '../decode.ts';
import type { Location } from '../problem.ts';
import { suggest } from '../suggest.ts';
import type { YamlEntry, YamlMapping, YamlNode, YamlScalar } from '../yaml.ts';
import type { ScalarValue } from '../yaml-scalar.ts';

/** `at` has a field. Fields that are undefined are left out; what no YAML could say is reported and becomes an empty text. */
export function toNode(value: unknown, at: Location, decoder: Decoder, depth = 0): YamlNode {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return scalar(value, at);
  if (typeof value === 'number') return scalar(Number.isSafeInteger(value) ? BigInt(value) : value, at);
  if (typeof value !== 'object' || value === null) return refuse(typeof value === 'object' ? 'null' : typeof value, at, decoder);
  if (depth > MAX_DEPTH) return refuse('data that is nested without end', at, decoder);
  if (Array.isArray(value)) return { kind: 'sequence', items: Array.from<unknown>(value).map((item, index) => toNode(item, below(at, index), decoder, depth + 1)), at };
  return isPlain(value) ? toMapping(value, at, decoder, depth) : refuse('an instance of a class', at, decoder);
}

/** The place of a field, or of an item of a list, in the object at `at`. */
export function below({ field, ...at }: Location, key: string | number): Location {
  const parent = field?.path ?? '';
  const step = typeof key === 'number' ? `[${key}]` : !IDENTIFIER.test(key) ? `[${JSON.stringify(key)}]` : parent === '' ? key : `.${key}`;
  return { ...at, field: { of: field?.of ?? '', path: parent + step } };
}

/** The entries of a mapping under the names that YAML has for them; `names` by field. A field without a name is an error. */
export function renameFields(mapping: YamlMapping, names: ReadonlyMap<string, string>, what: string, decoder: Decoder): YamlMapping {
  const entries = mapping.entries.flatMap((entry): YamlEntry[] => {
    const name = names.get(entry.key.text);
    if (name !== undefined) return [{ ...entry, key: { ...entry.key, text: name, value: name } }];
    const nearest = suggest(entry.key.text, names.keys());
    const hint = nearest === undefined ? `known fields: ${[...names.keys()].join(', ')}` : `did you mean "${nearest}"?`;
    decoder.error('LUET_UNKNOWN_KEY', `unknown field "${entry.key.text}" in ${what}`, entry.key.at, { found: entry.key.text, hint });
    return [];
  });
  return { ...mapping, entries };
}

function toMapping(value: object, at: Location, decoder: Decoder, depth: number): YamlMapping {
  const given = Object.entries<unknown>({ ...value }).filter(([, item]) => item !== undefined);
  const entries = given.map(([key, item]): YamlEntry => ({ key: scalar(key, below(at, key)), value: toNode(item, below(at, key), decoder, depth + 1), merged: false }));
  return { kind: 'mapping', entries, at };
}

function scalar(value: ScalarValue, at: Location): YamlScalar {
  return { kind: 'scalar', text: String(value), value, plain: typeof value !== 'string', at };
}

function refuse(found: string, at: Location, decoder: Decoder): YamlScalar {
  const what = at.field === undefined || at.field.path === '' ? 'the package' : at.field.path;
  decoder.error('LUET_WRONG_TYPE', `${what} is no plain data`, at, { expected: 'texts, booleans, lists and objects of them', found });
  return scalar('', at);
}

/** Objects of another realm (a config may be loaded in one) have another Object.prototype, whose own prototype is null, too. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;
const MAX_DEPTH = 20;
