import { describe, isMap } from './data.ts';
import { TemplateFault } from './problem.ts';

// The functions that templates may call. Pure: what they give depends on their arguments alone.

export interface Builtin {
  /** How a call looks, for messages. */
  readonly usage: string;
  readonly least: number;
  readonly most: number;
  call(...args: readonly unknown[]): unknown;
}

const table: Readonly<Record<string, Builtin>> = {
  /** True when two scalars have the same type and value. */
  eq: { usage: 'eq a b', least: 2, most: 2, call: (a, b) => scalar('eq', a) === scalar('eq', b) },
  not: { usage: 'not a', least: 1, most: 1, call: (a) => a === false || a === null || a === '' || a === 0 || (Array.isArray(a) && a.length === 0) },
  join: { usage: 'join list separator', least: 2, most: 2, call: (list, separator) => items('join', list).join(text('join', separator)) },
  /** JSON text; the second argument is the indentation in spaces (default: one line). Keys keep their order. */
  json: { usage: 'json value [indentation]', least: 1, most: 2, call: (value, spaces = 0) => JSON.stringify(value, null, width('json', spaces)) },
  /** One word of a POSIX shell command. */
  shellQuote: { usage: 'shellQuote text', least: 1, most: 1, call: (value) => quote(withoutControls('shellQuote', value, /\0/)) },
  /** One word of a GRUB script: single quotes, as in a shell; GRUB reads lines, so that a word has no line break. */
  grubQuote: { usage: 'grubQuote text', least: 1, most: 1, call: (value) => quote(withoutControls('grubQuote', value, /\p{Cc}/u)) },
  /** Puts spaces before each line that is not empty. */
  indent: { usage: 'indent width text', least: 2, most: 2, call: (spaces, value) => text('indent', value).replaceAll(/^(?=.)/gm, ' '.repeat(width('indent', spaces))) },
};

export const builtins: ReadonlyMap<string, Builtin> = new Map(Object.entries(table));

function quote(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

function scalar(name: string, value: unknown): unknown {
  if (Array.isArray(value) || isMap(value)) throw wrong(name, 'text, a number, true, false or null', value);
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') throw wrong(name, 'text', value);
  return value;
}

function items(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrong(name, 'a list', value);
  return value.map((item) => text(name, item));
}

function width(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 40) throw wrong(name, 'a whole number from 0 to 40', value);
  return value;
}

function withoutControls(name: string, value: unknown, refused: RegExp): string {
  const plain = text(name, value);
  if (refused.test(plain)) throw wrong(name, 'text without control characters', value);
  return plain;
}

function wrong(name: string, expected: string, value: unknown): TemplateFault {
  const found = describe(value);
  return new TemplateFault({ kind: 'wrong-value', message: `${name} expects ${expected}, found ${found}`, expected, found });
}
