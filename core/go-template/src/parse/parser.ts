// Tokens to templates. The grammar, its order of checks and its messages are those of Go 1.22's text/template/parse, because which
// mistake is reported first is part of what users see.
import { TemplateError } from '../error.ts';
import { quote, unquote } from '../format/quote.ts';
import { lex } from '../lex/lexer.ts';
import type { Token, TokenType } from '../lex/token.ts';
import type { BranchNode, ListNode, PipeNode, StatementNode, Template, TemplateNode } from './node.ts';
import { failParse, failUnexpected, nested } from './parser-state.ts';
import type { ParseOptions, Parser } from './parser-state.ts';
import { parsePipeline } from './pipeline.ts';
import { TokenReader } from './token-reader.ts';

type Ending = { readonly type: 'end' | 'else'; readonly position: number };

/** What is parsed of a text up to a place between its outermost actions. The same for all texts that begin alike up to there. */
export interface Checkpoint {
  readonly position: number;
  readonly line: number;
  /** Where the main template begins. */
  readonly start: number;
  readonly nodes: readonly StatementNode[];
  readonly templates: ReadonlyMap<string, Template>;
  readonly variables: readonly string[];
}

/** All templates of a text by name; the text itself has the name of the options. Throws a `TemplateError`. */
export function parseTemplates(source: string, options: ParseOptions, from?: Checkpoint): ReadonlyMap<string, Template> {
  const parser = createParser(source, options, from);
  const { nodes, start } = parseText(parser, from);
  addTemplate(parser, options.name, { type: 'list', position: start, nodes });
  return parser.templates;
}

/** The last checkpoint in a text with which others begin. Undefined when there is none, for instance because of a mistake before it. */
export function findCheckpoint(source: string, options: ParseOptions): Checkpoint | undefined {
  let last: Checkpoint | undefined;
  try {
    parseText(createParser(source, options), undefined, (checkpoint) => {
      last = checkpoint;
    });
  } catch (error) {
    // A block may end behind the text; a real mistake is told of each text that has it.
    if (!(error instanceof TemplateError)) throw error;
  }
  return last;
}

function createParser(source: string, options: ParseOptions, from?: Checkpoint): Parser {
  const known = [...(from?.templates ?? [])].map(([name, template]): [string, Template] => [name, { ...template, source }]);
  return {
    source,
    options,
    tokens: new TokenReader(lex(source, from?.position, from?.line)),
    templates: new Map(known),
    variables: [...(from?.variables ?? ['$'])],
    loops: 0,
    nesting: 0,
    actionLine: 0,
  };
}

function parseText(parser: Parser, from?: Checkpoint, onCheckpoint?: (checkpoint: Checkpoint) => void): { readonly nodes: readonly StatementNode[]; readonly start: number } {
  const nodes = [...(from?.nodes ?? [])];
  const { tokens } = parser;
  const start = from?.start ?? tokens.peek().position;
  while (tokens.peek().type !== 'eof') {
    if (onCheckpoint !== undefined && isSettled(parser.source, tokens.peek())) {
      const { position, line } = tokens.peek();
      onCheckpoint({ position, line, start, nodes: [...nodes], templates: new Map(parser.templates), variables: [...parser.variables] });
    }
    const mark = tokens.mark();
    if (tokens.next().type === 'leftDelimiter' && tokens.nextNonSpace().type === 'define') {
      parseDefinition(parser);
      continue;
    }
    tokens.reset(mark);
    const node = parseStatement(parser);
    if (isEnding(node)) return failParse(parser, `unexpected {{${node.type}}}`);
    nodes.push(node);
  }
  return { nodes, start };
}

/** Whether what comes before a token is the same however the text goes on: a trim marker behind a delimiter reaches back. */
function isSettled(source: string, { type, position }: Token): boolean {
  return type === 'text' || (type === 'leftDelimiter' && position + '{{- '.length <= source.length);
}

function parseDefinition(parser: Parser): void {
  const context = 'define clause';
  const token = parser.tokens.nextNonSpace();
  const name = parseTemplateName(parser, token, context);
  expect(parser, 'rightDelimiter', context);
  addTemplate(parser, name, parseOwnBody(parser, context));
}

/** Body of `define` and `block`: it sees no variables but `$`. */
function parseOwnBody(parser: Parser, context: string): ListNode {
  const { variables, loops } = parser;
  parser.variables = ['$'];
  parser.loops = 0;
  const { list, ending } = nested(parser, () => parseList(parser));
  if (ending.type !== 'end') failParse(parser, `unexpected {{${ending.type}}} in ${context}`);
  parser.variables = variables;
  parser.loops = loops;
  return list;
}

function parseList(parser: Parser): { readonly list: ListNode; readonly ending: Ending } {
  const position = parser.tokens.peekNonSpace().position;
  const nodes: StatementNode[] = [];
  while (parser.tokens.peekNonSpace().type !== 'eof') {
    const node = parseStatement(parser);
    if (isEnding(node)) return { list: { type: 'list', position, nodes }, ending: node };
    nodes.push(node);
  }
  return failParse(parser, 'unexpected EOF');
}

function isEnding(node: StatementNode | Ending): node is Ending {
  return node.type === 'end' || node.type === 'else';
}

function parseStatement(parser: Parser): StatementNode | Ending {
  const token = parser.tokens.nextNonSpace();
  if (token.type === 'text') return { type: 'text', position: token.position, text: token.text };
  if (token.type !== 'leftDelimiter') return failUnexpected(parser, token, 'input');
  parser.actionLine = token.line;
  const node = parseAction(parser);
  parser.actionLine = 0;
  return node;
}

function parseAction(parser: Parser): StatementNode | Ending {
  const token = parser.tokens.nextNonSpace();
  // Widened: most tokens begin a pipeline.
  const type: string = token.type;
  switch (type) {
    case 'if':
    case 'with':
    case 'range':
      return parseBranch(parser, type);
    case 'template':
      return parseTemplateCall(parser);
    case 'block':
      return parseBlock(parser);
    case 'break':
    case 'continue':
      return parseLoopControl(parser, type, token.position);
    case 'else':
      return parseElse(parser);
    case 'end':
      return { type: 'end', position: expect(parser, 'rightDelimiter', 'end').position };
    default: {
      parser.tokens.back();
      const position = parser.tokens.peek().position;
      return { type: 'action', position, pipe: parsePipeline(parser, 'command', 'rightDelimiter') };
    }
  }
}

function parseBranch(parser: Parser, type: BranchNode['type']): BranchNode {
  const scope = parser.variables.length;
  const pipe = parsePipeline(parser, type, 'rightDelimiter');
  if (type === 'range') parser.loops++;
  const { list: body, ending } = nested(parser, () => parseList(parser));
  if (type === 'range') parser.loops--;
  const otherwise = ending.type === 'else' ? parseOtherwise(parser, type, ending) : undefined;
  parser.variables.length = scope;
  return { type, position: pipe.position, pipe, body, otherwise };
}

function parseOtherwise(parser: Parser, type: BranchNode['type'], ending: Ending): ListNode {
  if (type === 'if' && parser.tokens.peek().type === 'if') {
    // `else if` is an `if` inside of the `else`, and one `end` closes both.
    parser.tokens.next();
    return { type: 'list', position: ending.position, nodes: [nested(parser, () => parseBranch(parser, 'if'))] };
  }
  const { list, ending: last } = nested(parser, () => parseList(parser));
  if (last.type !== 'end') failParse(parser, `expected end; found {{${last.type}}}`);
  return list;
}

function parseElse(parser: Parser): Ending {
  const token = parser.tokens.peekNonSpace();
  // Left for the branch, which knows whether it may have an `else if`.
  if (token.type === 'if') return { type: 'else', position: token.position };
  return { type: 'else', position: expect(parser, 'rightDelimiter', 'else').position };
}

function parseLoopControl(parser: Parser, type: 'break' | 'continue', position: number): StatementNode {
  expect(parser, 'rightDelimiter', `{{${type}}}`);
  if (parser.loops === 0) failParse(parser, `{{${type}}} outside {{range}}`);
  return { type, position };
}

function parseTemplateCall(parser: Parser): TemplateNode {
  const context = 'template clause';
  const token = parser.tokens.nextNonSpace();
  const name = parseTemplateName(parser, token, context);
  let pipe: PipeNode | undefined;
  if (parser.tokens.nextNonSpace().type !== 'rightDelimiter') {
    parser.tokens.back();
    pipe = parsePipeline(parser, context, 'rightDelimiter');
  }
  return { type: 'template', position: token.position, name, pipe };
}

function parseBlock(parser: Parser): TemplateNode {
  const context = 'block clause';
  const token = parser.tokens.nextNonSpace();
  const name = parseTemplateName(parser, token, context);
  const pipe = parsePipeline(parser, context, 'rightDelimiter');
  addTemplate(parser, name, parseOwnBody(parser, context));
  return { type: 'template', position: token.position, name, pipe };
}

function parseTemplateName(parser: Parser, token: Token, context: string): string {
  if (token.type !== 'string' && token.type !== 'rawString') return failUnexpected(parser, token, context);
  return unquote(token.text) ?? failParse(parser, 'invalid syntax');
}

function expect(parser: Parser, type: TokenType, context: string): Token {
  const token = parser.tokens.nextNonSpace();
  return token.type === type ? token : failUnexpected(parser, token, context);
}

/** A body of white space only neither replaces another nor conflicts with it. */
function addTemplate(parser: Parser, name: string, root: ListNode): void {
  const existing = parser.templates.get(name);
  if (existing === undefined || isBlank(existing.root)) {
    parser.templates.set(name, { name, sourceName: parser.options.name, source: parser.source, root });
  } else if (!isBlank(root)) {
    failParse(parser, `template: multiple definition of template ${quote(name)}`);
  }
}

function isBlank(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === 'text' && /^[\s\u0085]*$/u.test(node.text));
}
