// Values to TOML as the BurntSushi encoder writes it: values before tables, sorted keys, tables indented by their depth.
import { formatFloat } from '../format/float.ts';
import { escapeCharacters } from '../format/control.ts';
import { compareText } from '../values/bytes.ts';
import { GoPanic } from '../values/panic.ts';
import { GoComplex, GoInt, GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';

type Key = readonly string[];

/** Throws a `GoPanic` for what TOML cannot hold. */
export function encodeToml(value: GoValue): string {
  if (!(value instanceof GoMap)) throw new GoPanic('toml: top-level values must be Go maps or structs');
  const writer = { text: '' };
  writeTable(writer, [], value);
  return writer.text;
}

interface Writer {
  text: string;
}

/** A nesting beyond this is taken for a cycle. */
const deepest = 500;

function writeTable(writer: Writer, key: Key, map: GoMap): void {
  if (key.length > deepest) throw new GoPanic('toml: value nests too deeply, or contains itself');
  const entries = sortedPairs(map).filter(([, value]) => value !== null);
  for (const [name, value] of entries) {
    if (!isTable(value)) writer.text += `${indent([...key, name])}${keyText(name)} = ${element(value, 0)}\n`;
  }
  for (const [name, value] of entries) {
    const inner = [...key, name];
    if (value instanceof GoMap) writeHeadedTable(writer, inner, value);
    else if (value instanceof GoList && isTable(value)) writeTables(writer, inner, value);
  }
}

function writeHeadedTable(writer: Writer, key: Key, map: GoMap): void {
  if (key.length === 1) separate(writer);
  writer.text += `${indent(key)}[${key.map(keyText).join('.')}]\n`;
  writeTable(writer, key, map);
}

function writeTables(writer: Writer, key: Key, list: GoList): void {
  for (const item of list.items) {
    if (!(item instanceof GoMap)) continue;
    separate(writer);
    writer.text += `${indent(key)}[[${key.map(keyText).join('.')}]]\n`;
    writeTable(writer, key, item);
  }
}

function separate(writer: Writer): void {
  if (writer.text !== '') writer.text += '\n';
}

function indent(key: Key): string {
  return '  '.repeat(key.length - 1);
}

function isTable(value: GoValue): boolean {
  if (value instanceof GoMap) return true;
  return value instanceof GoList && value.items.length > 0 && value.items.every((item) => item instanceof GoMap);
}

function element(value: GoValue, depth: number): string {
  if (depth > deepest) throw new GoPanic('toml: value nests too deeply, or contains itself');
  if (typeof value === 'string') return `"${escapeText(value)}"`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (value instanceof GoInt) return String(value.value);
  if (value instanceof GoList) return `[${value.items.map((item) => listElement(item, depth)).join(', ')}]`;
  if (value instanceof GoMap) return `{${sortedPairs(value).map(([key, item]) => `${keyText(key)} = ${element(item, depth + 1)}`).join(', ')}}`;
  if (value === null || value instanceof GoComplex) throw new GoPanic('toml: unsupported type for key');
  const own = value.field('toml');
  return typeof own === 'string' ? own : `"${escapeText(value.print())}"`;
}

function listElement(item: GoValue, depth: number): string {
  if (item === null) throw new GoPanic('toml: cannot encode array with nil element');
  return element(item, depth + 1);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  const text = formatFloat(value, 'f', -1);
  return text.includes('.') ? text : `${text}.0`;
}

function sortedPairs(map: GoMap): (readonly [string, GoValue])[] {
  if (map.key !== 'string') throw new GoPanic('toml: cannot encode a map with non-string key type');
  return [...map.entries()].map(([key, value]) => [textKey(key), value] as const).sort(([a], [b]) => compareText(a, b));
}

function textKey(key: GoValue): string {
  return typeof key === 'string' ? key : '';
}

function keyText(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : `"${escapeText(key)}"`;
}

function escapeText(text: string): string {
  return escapeCharacters(text, /["\\]/, (character) => {
    const short = { '"': '\\"', '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\b': '\\b', '\f': '\\f' }[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
