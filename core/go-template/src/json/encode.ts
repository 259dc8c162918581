// Values to JSON as Go's encoding/json writes it: sorted keys, `<`, `>`, `&` escaped unless told otherwise.
import { escapeCharacters } from '../format/control.ts';
import { compareText } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { typeOf } from '../values/types.ts';
import { GoComplex, GoInt, GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';

export interface JsonOptions {
  /** Default true. */
  readonly escapeHtml?: boolean;
  /** Two spaces per level; default is one line. */
  readonly pretty?: boolean;
}

/** Nesting beyond this is taken for a cycle. */
const deepest = 500;

/** Throws a `GoPanic` on maps with keys that are not strings, on NaN and infinities. */
export function encodeJson(value: GoValue, options: JsonOptions = {}): string {
  return encode(value, { escapeHtml: options.escapeHtml ?? true, pretty: options.pretty ?? false }, 0);
}

function encode(value: GoValue, options: Required<JsonOptions>, depth: number): string {
  if (depth > deepest) throw new GoPanic('json: unsupported value: encountered a cycle');
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return encodeNumber(value);
  if (typeof value === 'string') return encodeString(value, options.escapeHtml);
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof GoList) {
    if (value.isNil) return 'null';
    return wrap('[', ']', value.items.map((item) => encode(item, options, depth + 1)), options, depth);
  }
  if (value instanceof GoMap) return encodeMap(value, options, depth);
  if (value instanceof GoComplex) throw new GoPanic('json: unsupported type: complex128');
  const own = value.field('json');
  return encodeString(typeof own === 'string' ? own : value.print(), options.escapeHtml);
}

function encodeMap(map: GoMap, options: Required<JsonOptions>, depth: number): string {
  if (map.key !== 'string') throw new GoPanic(`json: unsupported type: ${typeOf(map)}`);
  if (map.isNil) return 'null';
  const pairs = [...map.entries()].map(([key, value]) => [typeof key === 'string' ? key : '', value] as const).sort(([a], [b]) => compareText(a, b));
  const colon = options.pretty ? ': ' : ':';
  return wrap('{', '}', pairs.map(([key, value]) => encodeString(key, options.escapeHtml) + colon + encode(value, options, depth + 1)), options, depth);
}

function wrap(open: string, close: string, parts: readonly string[], { pretty }: Required<JsonOptions>, depth: number): string {
  if (parts.length === 0) return open + close;
  if (!pretty) return open + parts.join(',') + close;
  const pad = '  '.repeat(depth + 1);
  return `${open}\n${pad}${parts.join(`,\n${pad}`)}\n${'  '.repeat(depth)}${close}`;
}

/** Go and JavaScript switch to exponents at the same sizes. */
function encodeNumber(value: number): string {
  if (Number.isNaN(value)) throw new GoPanic('json: unsupported value: NaN');
  if (!Number.isFinite(value)) throw new GoPanic(`json: unsupported value: ${value > 0 ? '+Inf' : '-Inf'}`);
  return Object.is(value, -0) ? '-0' : String(value);
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t',
};

function encodeString(text: string, escapeHtml: boolean): string {
  const unsafe = escapeHtml ? /["\\\u2028\u2029<>&]/ : /["\\\u2028\u2029]/;
  const escaped = escapeCharacters(text, unsafe, (character) => {
    if (character === '\x7f') return character;
    return shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.isWellFormed() ? escaped : escaped.toWellFormed().replaceAll('\ufffd', '\\ufffd')}"`;
}
