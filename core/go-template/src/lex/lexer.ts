// Text to tokens, with the rules of Go 1.22's text/template: trim markers, comments that must touch both delimiters, numbers that end
// at a non-alphanumeric character. A mistake becomes an error token, the last one; the parser decides whether it gets that far.
import { describeCharacter } from '../format/quote.ts';
import { scanNumber } from './number.ts';
import { keywords } from './token.ts';
import type { Keyword, Token, TokenType } from './token.ts';

const left = '{{';
const right = '}}';
const markerLength = 2;

export interface Lexer {
  readonly input: string;
  readonly tokens: Token[];
  start: number;
  position: number;
  line: number;
  startLine: number;
  parens: number;
}

type State = (lexer: Lexer) => State | undefined;

/** All tokens from `start` on, which must be outside of actions and lie on `line`. */
export function lex(input: string, start = 0, line = 1): Token[] {
  const lexer: Lexer = { input, tokens: [], start, position: start, line, startLine: line, parens: 0 };
  let state: State | undefined = lexText;
  while (state !== undefined) state = state(lexer);
  return lexer.tokens;
}

/** The character at the current position, '' at the end. */
export function peek(lexer: Lexer): string {
  const code = lexer.input.codePointAt(lexer.position);
  return code === undefined ? '' : String.fromCodePoint(code);
}

export function next(lexer: Lexer): string {
  const character = peek(lexer);
  lexer.position += character.length;
  if (character === '\n') lexer.line++;
  return character;
}

export function isAlphanumeric(character: string): boolean {
  return /^[\p{L}\p{Nd}_]$/u.test(character);
}

function backup(lexer: Lexer, character: string): void {
  lexer.position -= character.length;
  if (character === '\n') lexer.line--;
}

function emit(lexer: Lexer, type: TokenType): void {
  lexer.tokens.push({ type, position: lexer.start, text: lexer.input.slice(lexer.start, lexer.position), line: lexer.startLine });
  lexer.start = lexer.position;
  lexer.startLine = lexer.line;
}

/** Skips what was read but not emitted; its line ends have not been counted yet. */
function ignore(lexer: Lexer): void {
  lexer.line += countLines(lexer.input.slice(lexer.start, lexer.position));
  lexer.start = lexer.position;
  lexer.startLine = lexer.line;
}

function fail(lexer: Lexer, message: string): undefined {
  lexer.tokens.push({ type: 'error', position: lexer.start, text: message, line: lexer.startLine });
  return undefined;
}

function lexText(lexer: Lexer): State | undefined {
  const { input } = lexer;
  const found = input.indexOf(left, lexer.position);
  if (found < 0) {
    lexer.position = input.length;
    if (lexer.position > lexer.start) {
      lexer.line += countLines(input.slice(lexer.start));
      emit(lexer, 'text');
    }
    emit(lexer, 'eof');
    return undefined;
  }
  if (found > lexer.position) {
    const trimmed = hasLeftMarker(input, found + left.length) ? trailingSpace(input, lexer.start, found) : 0;
    lexer.position = found - trimmed;
    lexer.line += countLines(input.slice(lexer.start, lexer.position));
    if (lexer.position > lexer.start) emit(lexer, 'text');
    lexer.position = found;
    ignore(lexer);
  }
  return lexLeftDelimiter;
}

function lexLeftDelimiter(lexer: Lexer): State {
  lexer.position += left.length;
  const marker = hasLeftMarker(lexer.input, lexer.position) ? markerLength : 0;
  if (lexer.input.startsWith('/*', lexer.position + marker)) {
    lexer.position += marker;
    ignore(lexer);
    return lexComment;
  }
  emit(lexer, 'leftDelimiter');
  lexer.position += marker;
  ignore(lexer);
  lexer.parens = 0;
  return lexInsideAction;
}

function lexComment(lexer: Lexer): State | undefined {
  const end = lexer.input.indexOf('*/', lexer.position + 2);
  if (end < 0) return fail(lexer, 'unclosed comment');
  lexer.position = end + 2;
  const closing = rightDelimiterAt(lexer);
  if (closing === 'none') return fail(lexer, 'comment ends before closing delimiter');
  lexer.position += right.length + (closing === 'trimmed' ? markerLength : 0);
  if (closing === 'trimmed') lexer.position += leadingSpace(lexer.input, lexer.position);
  ignore(lexer);
  return lexText;
}

function lexRightDelimiter(lexer: Lexer): State {
  const trimmed = rightDelimiterAt(lexer) === 'trimmed';
  if (trimmed) {
    lexer.position += markerLength;
    ignore(lexer);
  }
  lexer.position += right.length;
  emit(lexer, 'rightDelimiter');
  if (trimmed) {
    lexer.position += leadingSpace(lexer.input, lexer.position);
    ignore(lexer);
  }
  return lexText;
}

function lexInsideAction(lexer: Lexer): State | undefined {
  if (rightDelimiterAt(lexer) !== 'none') return lexer.parens === 0 ? lexRightDelimiter : fail(lexer, 'unclosed left paren');
  const character = next(lexer);
  if (character === '') return fail(lexer, 'unclosed action');
  if (isSpace(character)) {
    backup(lexer, character);
    return lexSpace;
  }
  switch (character) {
    case '=':
      return emitAction(lexer, 'assign');
    case ':':
      return next(lexer) === '=' ? emitAction(lexer, 'declare') : fail(lexer, 'expected :=');
    case '|':
      return emitAction(lexer, 'pipe');
    case '"':
      return lexDelimited(lexer, '"', 'string', 'unterminated quoted string');
    case "'":
      return lexDelimited(lexer, "'", 'characterConstant', 'unterminated character constant');
    case '`':
      return lexRawString;
    case '$':
      return lexFieldOrVariable(lexer, 'variable');
    case '(':
      lexer.parens++;
      return emitAction(lexer, 'leftParen');
    case ')':
      lexer.parens--;
      return lexer.parens < 0 ? fail(lexer, 'unexpected right paren') : emitAction(lexer, 'rightParen');
  }
  if (character === '.' && lexer.position < lexer.input.length && !isDigit(peek(lexer))) return lexFieldOrVariable(lexer, 'field');
  if (character === '.' || character === '+' || character === '-' || isDigit(character)) {
    backup(lexer, character);
    return lexNumber;
  }
  if (isAlphanumeric(character)) {
    backup(lexer, character);
    return lexIdentifier;
  }
  if (/^[!-~]$/.test(character)) return emitAction(lexer, 'char');
  return fail(lexer, `unrecognized character in action: ${describeCharacter(character)}`);
}

function emitAction(lexer: Lexer, type: TokenType): State {
  emit(lexer, type);
  return lexInsideAction;
}

function lexSpace(lexer: Lexer): State {
  let count = 0;
  let last = '';
  while (isSpace(peek(lexer))) {
    last = next(lexer);
    count++;
  }
  // The last space may belong to a closing delimiter with a trim marker.
  if (lexer.input[lexer.position] === '-' && lexer.input.startsWith(right, lexer.position - 1 + markerLength)) {
    backup(lexer, last);
    if (count === 1) return lexRightDelimiter;
  }
  return emitAction(lexer, 'space');
}

function lexIdentifier(lexer: Lexer): State | undefined {
  readWord(lexer);
  const word = lexer.input.slice(lexer.start, lexer.position);
  if (!atTerminator(lexer)) return fail(lexer, `bad character ${describeCharacter(peek(lexer))}`);
  if (isKeyword(word)) return emitAction(lexer, word);
  return emitAction(lexer, word === 'true' || word === 'false' ? 'bool' : 'identifier');
}

function lexFieldOrVariable(lexer: Lexer, type: 'field' | 'variable'): State | undefined {
  if (atTerminator(lexer)) return emitAction(lexer, type === 'variable' ? 'variable' : 'dot');
  readWord(lexer);
  if (!atTerminator(lexer)) return fail(lexer, `bad character ${describeCharacter(peek(lexer))}`);
  return emitAction(lexer, type);
}

function lexDelimited(lexer: Lexer, end: string, type: TokenType, message: string): State | undefined {
  for (;;) {
    let character = next(lexer);
    if (character === end) return emitAction(lexer, type);
    if (character === '\\') {
      character = next(lexer);
      if (character !== '' && character !== '\n') continue;
    }
    if (character === '' || character === '\n') return fail(lexer, message);
  }
}

function lexRawString(lexer: Lexer): State | undefined {
  for (;;) {
    const character = next(lexer);
    if (character === '') return fail(lexer, 'unterminated raw quoted string');
    if (character === '`') return emitAction(lexer, 'rawString');
  }
}

function lexNumber(lexer: Lexer): State | undefined {
  const result = scanNumber(lexer);
  return result.ok ? emitAction(lexer, result.type) : fail(lexer, result.message);
}

function readWord(lexer: Lexer): void {
  while (isAlphanumeric(peek(lexer))) next(lexer);
}

function atTerminator(lexer: Lexer): boolean {
  const character = peek(lexer);
  return character === '' || isSpace(character) || '.,|:)('.includes(character) || lexer.input.startsWith(right, lexer.position);
}

function rightDelimiterAt({ input, position }: Lexer): 'none' | 'plain' | 'trimmed' {
  if (input.startsWith(right, position)) return 'plain';
  const marked = isSpace(input[position] ?? '') && input[position + 1] === '-';
  return marked && input.startsWith(right, position + markerLength) ? 'trimmed' : 'none';
}

function hasLeftMarker(input: string, position: number): boolean {
  return input[position] === '-' && isSpace(input[position + 1] ?? '');
}

function isKeyword(word: string): word is Keyword {
  return keywords.has(word);
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function trailingSpace(input: string, start: number, end: number): number {
  let position = end;
  while (position > start && isSpace(input[position - 1] ?? '')) position--;
  return end - position;
}

function leadingSpace(input: string, start: number): number {
  let position = start;
  while (isSpace(input[position] ?? '')) position++;
  return position - start;
}

function countLines(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) count++;
  return count;
}
