// Tokens of text/template, and how Go names them in messages.
import { quote } from '../format/quote.ts';

export type Keyword = 'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'nil' | 'range' | 'template' | 'with';

export type TokenType =
  | 'error' | 'bool' | 'char' | 'characterConstant' | 'complex' | 'assign' | 'declare' | 'eof' | 'field' | 'identifier' | 'leftDelimiter'
  | 'leftParen' | 'number' | 'pipe' | 'rawString' | 'rightDelimiter' | 'rightParen' | 'space' | 'string' | 'text' | 'variable' | 'dot'
  | Keyword;

export interface Token {
  readonly type: TokenType;
  /** Offset in the source, in UTF-16 units. */
  readonly position: number;
  readonly text: string;
  /** Line on which the token starts, from 1. */
  readonly line: number;
}

export const keywords: ReadonlySet<string> = new Set<Keyword>([
  'block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with',
]);

export function describeToken(token: Token): string {
  if (token.type === 'eof') return 'EOF';
  if (token.type === 'error') return token.text;
  if (token.type === 'dot' || keywords.has(token.type)) return `<${token.text}>`;
  const characters = Array.from(token.text);
  return characters.length > 10 ? `${quote(characters.slice(0, 10).join(''))}...` : quote(token.text);
}
