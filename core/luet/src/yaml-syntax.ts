// Words and places for syntax errors. A parser of YAML notices many mistakes late: an unclosed "[" or quote at the end of the file, a
// line without a colon at the colon of the next one. People look for them where they begin.

import { LineIndex } from './line-index.ts';
import { createProblem } from './problem.ts';
import type { Problem } from './problem.ts';

export interface SyntaxFault {
  readonly file: string;
  readonly text: string;
  /** The parser's own words. */
  readonly reason: string;
  /** Where the parser stopped, from 0; undefined = it does not say. */
  readonly offset: number | undefined;
  /** Whether a text is YAML as far as it goes. */
  readonly isReadable: (text: string) => boolean;
}

export function explainSyntax(fault: SyntaxFault): Problem {
  const { file, text, reason, offset } = fault;
  if (offset === undefined) return createProblem('error', 'LUET_YAML_SYNTAX', reason, { file });
  const lines = new LineIndex(file, text);
  const stopped = lines.locate(offset, offset + 1);
  const opener = reason === 'deficient indentation' || reason.includes('unexpected end') ? findOpener(fault, offset) : undefined;
  if (opener !== undefined) {
    const related = [{ message: 'the parser gives up here', location: stopped }];
    return createProblem('error', 'LUET_YAML_SYNTAX', `the ${text[opener] ?? ''} has no end`, lines.locate(opener, opener + 1), { related });
  }
  if (reason.startsWith('can not read a block mapping entry')) {
    const start = startOfKey(text, offset);
    const hint = 'write "key: value", or indent the line to continue the value above';
    return createProblem('error', 'LUET_YAML_SYNTAX', 'this line is no entry of the mapping', lines.locate(start, endOfLine(text, start)), { hint });
  }
  const { message, hint } = reword(text, offset, reason);
  return createProblem('error', 'LUET_YAML_SYNTAX', message, stopped, hint === undefined ? {} : { hint });
}

function reword(text: string, offset: number, reason: string): { readonly message: string; readonly hint?: string } {
  if (reason === 'end of the stream or a document separator is expected') {
    return { message: 'this line fits to nothing above it', hint: 'check its indentation, and whether a list and a mapping are mixed' };
  }
  if (reason !== 'bad indentation of a mapping entry') return { message: reason };
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).trimEnd();
  const found = text[offset] ?? '';
  if (before.endsWith(':') && /[%@`]/.test(found)) return { message: `a value cannot begin with ${found}`, hint: 'put the value in quotes' };
  if (found === ':' && before.includes(': ')) return { message: 'a second ": " in one line', hint: 'put the value in quotes' };
  if (/["'\]}]$/.test(before)) return { message: 'text after the end of the value', hint: 'put the whole value in quotes, or remove the rest' };
  return { message: 'this line is indented unlike the entries above it' };
}

/** The bracket or quote that is open where the parser stopped, if what stands before it is sound. */
function findOpener({ text, isReadable }: SyntaxFault, end: number): number | undefined {
  const open: number[] = [];
  for (let at = 0; at < end; at += 1) {
    const char = text[at] ?? '';
    const inFlow = open.length > 0;
    if (char === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) at = endOfLine(text, at);
    else if ((char === '"' || char === "'") && startsValue(text, at)) {
      const close = endOfQuote(text, at, char);
      if (close === undefined || close >= end) return isReadable(text.slice(0, at)) ? at : undefined;
      at = close;
    } else if ((char === '[' || char === '{') && (inFlow || startsValue(text, at))) open.push(at);
    else if ((char === ']' || char === '}') && inFlow) open.pop();
  }
  return open.find((at) => isReadable(text.slice(0, at)));
}

function startsValue(text: string, at: number): boolean {
  return /(?:^|[:,[{\-\s])\s*$/.test(text.slice(Math.max(0, at - 3), at)) && !/\w\s*$/.test(text.slice(Math.max(0, at - 3), at));
}

function endOfQuote(text: string, start: number, quote: string): number | undefined {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\' && quote === '"') at += 1;
    else if (text[at] === quote && quote === "'" && text[at + 1] === quote) at += 1;
    else if (text[at] === quote) return at;
  }
  return undefined;
}

/** A key of several lines ends with the colon at `offset`; it begins on the first line above with that indentation. */
function startOfKey(text: string, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  for (let before = lineStart; before > 0; ) {
    const start = text.lastIndexOf('\n', before - 2) + 1;
    const line = text.slice(start, before - 1);
    if (line.trim() !== '' && !line.trim().startsWith('#')) return start + (line.length - line.trimStart().length);
    before = start;
  }
  return lineStart;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}
