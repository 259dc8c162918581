// Styles of YAML scalars as libyaml's emitter chooses and writes them.

import { unreachable } from '../unreachable.ts';

export type ScalarStyle = 'plain' | 'single' | 'double' | 'literal';

export interface Scalar {
  readonly text: string;
  readonly style: ScalarStyle;
  /** Of continuation lines. */
  readonly indent: number;
  /** Where the text starts. */
  readonly column: number;
  /** Keys are never broken into lines. */
  readonly isKey: boolean;
}

const width = 80;
const lineBreak = /[\n\r\u0085\u2028\u2029]/;

/** The wanted style, or the next one that can hold the text. */
export function chooseStyle(text: string, wanted: ScalarStyle, isKey: boolean): ScalarStyle {
  const facts = analyse(text);
  if (isKey && facts.multiline) return 'double';
  let style = wanted;
  if (style === 'plain' && (!facts.plainAllowed || (text === '' && isKey))) style = 'single';
  if (style === 'single' && !facts.singleAllowed) style = 'double';
  if (style === 'literal' && (!facts.literalAllowed || isKey)) style = 'double';
  return style;
}

export function writeScalar(scalar: Scalar): string {
  switch (scalar.style) {
    case 'plain':
      return foldSpaces(scalar, scalar.text, () => true);
    case 'single':
      return `'${foldSpaces({ ...scalar, column: scalar.column + 1 }, scalar.text, (index, length) => index > 0 && index < length - 1).replaceAll("'", "''")}'`;
    case 'double':
      return writeDouble(scalar);
    case 'literal':
      return writeLiteral(scalar);
    default:
      return unreachable(scalar.style);
  }
}

interface Facts {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly literalAllowed: boolean;
}

function analyse(text: string): Facts {
  if (text === '') return { multiline: false, plainAllowed: true, singleAllowed: true, literalAllowed: false };
  const multiline = lineBreak.test(text);
  const special = Array.from(text).some((character) => !isPrintable(character));
  const spaceBeforeBreak = / [\n\r\u0085\u2028\u2029]/.test(text);
  const breakBeforeSpace = /[\n\r\u0085\u2028\u2029] /.test(text);
  const edges = /^[ \n\r\u0085\u2028\u2029]|[ \n\r\u0085\u2028\u2029]$/.test(text);
  const indicators = /^(---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](?=[ \t]|$)/.test(text) || /:(?=[ \t]|$)/.test(text.slice(1)) || /[ \t\n\r\u0085\u2028\u2029]#/.test(text);
  return {
    multiline,
    plainAllowed: !multiline && !special && !edges && !indicators,
    singleAllowed: !special && !spaceBeforeBreak && !breakBeforeSpace,
    literalAllowed: !special && !spaceBeforeBreak && !text.endsWith(' '),
  };
}

/** libyaml calls neither tabs nor anything beyond the basic plane printable. */
function isPrintable(character: string): boolean {
  return /^[\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);
}

/** Breaks at single spaces once the line is longer than the width. */
function foldSpaces(scalar: Scalar, text: string, mayBreak: (index: number, length: number) => boolean): string {
  const characters = Array.from(text);
  let { column } = scalar;
  let result = '';
  let afterSpace = false;
  for (const [index, character] of characters.entries()) {
    const isSpace = character === ' ';
    if (isSpace && !scalar.isKey && !afterSpace && column > width && mayBreak(index, characters.length) && characters[index + 1] !== ' ') {
      result += `\n${' '.repeat(scalar.indent)}`;
      column = scalar.indent;
    } else {
      result += character;
      // A quote is written twice.
      column += scalar.style === 'single' && character === "'" ? 2 : 1;
    }
    afterSpace = isSpace;
  }
  return result;
}

const doubleEscapes: Readonly<Record<string, string>> = {
  '\0': '0', '\x07': 'a', '\b': 'b', '\t': 't', '\n': 'n', '\v': 'v', '\f': 'f', '\r': 'r', '\x1b': 'e', '"': '"', '\\': '\\',
  '\x85': 'N', '\xa0': '_', '\u2028': 'L', '\u2029': 'P',
};

function writeDouble(scalar: Scalar): string {
  const characters = Array.from(scalar.text);
  let column = scalar.column + 1;
  let result = '"';
  let afterSpace = false;
  for (const [index, character] of characters.entries()) {
    const isSpace = character === ' ';
    if (!isPrintable(character) || lineBreak.test(character) || character === '"' || character === '\\') {
      const escape = escapeDouble(character);
      result += escape;
      column += escape.length;
    } else if (isSpace && !scalar.isKey && !afterSpace && column > width && index > 0 && index < characters.length - 1) {
      result += `\n${' '.repeat(scalar.indent)}${characters[index + 1] === ' ' ? '\\' : ''}`;
      column = scalar.indent + (characters[index + 1] === ' ' ? 1 : 0);
    } else {
      result += character;
      column += 1;
    }
    afterSpace = isSpace;
  }
  return `${result}"`;
}

function escapeDouble(character: string): string {
  const known = doubleEscapes[character];
  if (known !== undefined) return `\\${known}`;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

function writeLiteral({ text, indent }: Scalar): string {
  const indentHint = /^[ \n\r\u0085\u2028\u2029]/.test(text) ? '2' : '';
  const endsWithBreak = lineBreak.test(text.at(-1) ?? '');
  const keeps = endsWithBreak && (text.length === 1 || lineBreak.test(text.at(-2) ?? ''));
  const chomping = endsWithBreak ? (keeps ? '+' : '') : '-';
  const body = text.replace(/(^|[\n\r\u0085\u2028\u2029])(?=[^\n\r\u0085\u2028\u2029])/g, `$1${' '.repeat(indent)}`);
  return `|${indentHint}${chomping}\n${endsWithBreak ? body.slice(0, -1) : body}`;
}
