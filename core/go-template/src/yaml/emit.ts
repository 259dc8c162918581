// Go values to YAML as yaml.v2 writes it: sorted keys, lists not indented below their key, quotes where a plain text would read as
// something else, lines folded at 80 columns.
import { formatFloat } from '../format/float.ts';
import { printNamedInt } from '../time/named-ints.ts';
import { GoPanic } from '../values/panic.ts';
import { typeOf } from '../values/types.ts';
import { GoComplex, GoInt, GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { sortedYamlEntries } from './key-order.ts';
import { chooseStyle, writeScalar } from './scalar.ts';
import type { Scalar } from './scalar.ts';
import { Buffer } from 'node:buffer';
import { toBytes } from '../values/bytes.ts';
import { resolvePlain } from './resolve.ts';

const step = 2;
/** Nesting beyond this is taken for a cycle. */
const deepest = 500;

/** With the line end that yaml.v2 writes last. */
export function emitYaml(value: GoValue): string {
  if (value instanceof GoMap && value.size > 0) return emitMap(value, 0, 0, 1);
  if (value instanceof GoList && value.items.length > 0) return emitList(value, 0, 0, 1);
  return `${emitScalar(value, { indent: step, column: 0, isKey: false })}\n`;
}

/** The first line starts at `column`, which is `indent` or what is left of it after `- `. */
function emitMap(map: GoMap, indent: number, column: number, depth: number): string {
  checkDepth(depth);
  const pad = ' '.repeat(indent);
  const lines = sortedYamlEntries(map).map(([key, value]) => emitPair(key, value, indent, depth));
  return ' '.repeat(indent - column) + lines.join(pad);
}

function emitPair(key: GoValue, value: GoValue, indent: number, depth: number): string {
  const text = emitScalar(key, { indent: indent + step, column: indent, isKey: true });
  if (isSimpleKey(key)) return `${text}:${emitValue(value, indent, indent + text.length + 1, depth)}`;
  const long = emitScalar(key, { indent: indent + step, column: indent + 2, isKey: false });
  return `? ${long}\n${' '.repeat(indent)}:${emitValue(value, indent, indent + 1, depth)}`;
}

function emitValue(value: GoValue, indent: number, column: number, depth: number): string {
  if (value instanceof GoMap && value.size > 0) return `\n${emitMap(value, indent + step, 0, depth + 1)}`;
  if (value instanceof GoList && value.items.length > 0) return `\n${emitList(value, indent, 0, depth + 1)}`;
  return ` ${emitScalar(value, { indent: indent + step, column: column + 1, isKey: false })}\n`;
}

function emitList(list: GoList, indent: number, column: number, depth: number): string {
  checkDepth(depth);
  const pad = ' '.repeat(indent);
  const items = list.items.map((item) => `- ${emitItem(item, indent + step, depth)}`);
  return ' '.repeat(indent - column) + items.join(pad);
}

function emitItem(item: GoValue, indent: number, depth: number): string {
  if (item instanceof GoMap && item.size > 0) return emitMap(item, indent, indent, depth + 1);
  if (item instanceof GoList && item.items.length > 0) return emitList(item, indent, indent, depth + 1);
  return `${emitScalar(item, { indent, column: indent, isKey: false })}\n`;
}

interface Place {
  /** Of continuation lines. */
  readonly indent: number;
  readonly column: number;
  readonly isKey: boolean;
}

function emitScalar(value: GoValue, place: Place): string {
  if (typeof value === 'string') return emitText(value, place);
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return emitFloat(value);
  if (value instanceof GoInt) return value.type === 'time.Duration' ? emitText(printNamedInt(value) ?? '', place) : String(value.value);
  if (value instanceof GoMap) return '{}';
  if (value instanceof GoList) return '[]';
  if (value instanceof GoComplex) throw new GoPanic('cannot marshal type: complex128');
  const own = value.field('yaml');
  return typeof own === 'string' ? own : value.kind === 'ptr' || value.kind === 'struct' ? '{}' : emitText(typeOf(value), place);
}

function emitFloat(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return formatFloat(value, 'g', -1);
}

function emitText(text: string, place: Place): string {
  if (!text.isWellFormed()) {
    const encoded = Buffer.from(toBytes(text)).toString('base64');
    return `!!binary ${writeScalar({ text: encoded, style: chooseStyle(encoded, 'plain', place.isKey), ...place, column: place.column + 9 })}`;
  }
  const scalar: Scalar = { text, style: chooseStyle(text, wantedStyle(text), place.isKey), ...place };
  return writeScalar(scalar);
}

function wantedStyle(text: string): 'literal' | 'plain' | 'double' {
  if (text.includes('\n')) return 'literal';
  return staysText(text) ? 'plain' : 'double';
}

/** Whether a reader would take the unquoted text for text. Timestamps and base 60 numbers are quoted for the sake of other readers. */
function staysText(text: string): boolean {
  if (typeof resolvePlain(text) !== 'string') return false;
  if (/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text)) return false;
  return !isTimestamp(text);
}

function isTimestamp(text: string): boolean {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d))| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, ...clock] = match.slice(1).map((part) => Number(part ?? 0));
  const [hour = 0, minute = 0, second = 0] = clock.slice(match[4] === undefined ? 3 : 0);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && second < 60;
}

function isSimpleKey(key: GoValue): boolean {
  return typeof key !== 'string' || (toBytes(key).length <= 128 && !/[\n\r\u0085\u2028\u2029]/.test(key));
}

function checkDepth(depth: number): void {
  if (depth > deepest) throw new GoPanic('value nests too deeply, or contains itself');
}
