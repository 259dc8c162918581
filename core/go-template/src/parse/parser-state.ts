// What the functions of the parser share, and how they fail.
import { TemplateError, placeAt } from '../error.ts';
import type { TemplateErrorCode } from '../error.ts';
import { describeToken } from '../lex/token.ts';
import type { Token } from '../lex/token.ts';
import type { Template } from './node.ts';
import type { TokenReader } from './token-reader.ts';

export interface ParseOptions {
  /** How the text is called in messages; also the name of the main template. */
  readonly name: string;
  readonly isFunction: (name: string) => boolean;
  /** What to say about a function that there is not. */
  readonly suggest: (name: string) => string | undefined;
  /** Most levels of nested blocks and parentheses. */
  readonly nesting: number;
}

/** What all functions of the parser share. A definition inside the text has variables and loops of its own, the tokens are common. */
export interface Parser {
  readonly source: string;
  readonly options: ParseOptions;
  readonly tokens: TokenReader;
  readonly templates: Map<string, Template>;
  variables: string[];
  loops: number;
  nesting: number;
  actionLine: number;
}

/** Reports an error at the furthest token that was looked at. */
export function failParse(parser: Parser, reason: string, code: TemplateErrorCode = 'parse', hint?: string): never {
  const token = parser.tokens.furthest();
  const { name } = parser.options;
  const column = placeAt(parser.source, token.position).column;
  throw new TemplateError(`template: ${name}:${token.line}: ${reason}`, { code, name, line: token.line, column, source: parser.source, offset: token.position, reason, hint });
}

export function failUnexpected(parser: Parser, token: Token, context: string): never {
  if (token.type !== 'error') failParse(parser, `unexpected ${describeToken(token)} in ${context}`);
  const elsewhere = parser.actionLine !== 0 && parser.actionLine !== token.line;
  const started = elsewhere ? ` in action started at ${parser.options.name}:${parser.actionLine}` : '';
  failParse(parser, token.text + (token.text.endsWith(' action') ? started.replace(' in action', '') : started));
}

/** Guards the recursion of blocks and parentheses. */
export function nested<Value>(parser: Parser, parse: () => Value): Value {
  if (parser.nesting >= parser.options.nesting) {
    failParse(parser, `blocks and parentheses nest deeper than ${parser.options.nesting}`, 'limit', 'Raise limits.nesting if the template is meant to be like this.');
  }
  parser.nesting++;
  const value = parse();
  parser.nesting--;
  return value;
}
