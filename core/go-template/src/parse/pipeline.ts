// The inside of an action: declarations, pipelines, commands, operands.
import { quote, unquote } from '../format/quote.ts';
import type { CommandNode, OperandNode, PipeNode } from './node.ts';
import { parseNumber } from './number.ts';
import { printNode } from './print-node.ts';
import { failParse, failUnexpected, nested } from './parser-state.ts';
import type { Parser } from './parser-state.ts';

const operandStarts: ReadonlySet<string> = new Set([
  'bool', 'characterConstant', 'complex', 'dot', 'field', 'identifier', 'number', 'nil', 'rawString', 'string', 'variable', 'leftParen',
]);

export function parsePipeline(parser: Parser, context: string, end: 'rightDelimiter' | 'rightParen'): PipeNode {
  const position = parser.tokens.peekNonSpace().position;
  const { variables, assigns } = parseDeclarations(parser, context);
  const commands: CommandNode[] = [];
  for (;;) {
    const token = parser.tokens.nextNonSpace();
    if (token.type === end) break;
    if (!operandStarts.has(token.type)) failUnexpected(parser, token, context);
    parser.tokens.back();
    commands.push(parseCommand(parser));
  }
  checkCommands(parser, commands, context);
  return { type: 'pipe', position, variables, assigns, commands };
}

function parseDeclarations(parser: Parser, context: string): { readonly variables: readonly string[]; readonly assigns: boolean } {
  const { tokens } = parser;
  const variables: string[] = [];
  while (tokens.peekNonSpace().type === 'variable') {
    const mark = tokens.mark();
    const name = tokens.next().text;
    const after = tokens.peekNonSpace();
    if (after.type === 'assign' || after.type === 'declare') {
      tokens.next();
      declare(parser, variables, name);
      return { variables, assigns: after.type === 'assign' };
    }
    if (after.type !== 'char' || after.text !== ',') {
      // An ordinary operand; space after it matters again.
      tokens.reset(mark);
      break;
    }
    tokens.next();
    declare(parser, variables, name);
    if (context !== 'range' || variables.length > 1) failParse(parser, `too many declarations in ${context}`);
    const follows = tokens.peekNonSpace().type;
    if (follows !== 'variable' && follows !== 'rightDelimiter' && follows !== 'rightParen') failParse(parser, 'range can only initialize variables');
  }
  return { variables, assigns: false };
}

function declare(parser: Parser, variables: string[], name: string): void {
  variables.push(name);
  parser.variables.push(name);
}

function checkCommands(parser: Parser, commands: readonly CommandNode[], context: string): void {
  if (commands.length === 0) failParse(parser, `missing value for ${context}`);
  for (const [index, command] of commands.entries()) {
    const first = command.operands[0].type;
    const isData = first === 'bool' || first === 'dot' || first === 'nil' || first === 'number' || first === 'string';
    if (index > 0 && isData) failParse(parser, `non executable command in pipeline stage ${index + 1}`);
  }
}

function parseCommand(parser: Parser): CommandNode {
  const { tokens } = parser;
  const position = tokens.peekNonSpace().position;
  const operands: OperandNode[] = [];
  for (;;) {
    tokens.peekNonSpace();
    const operand = parseOperand(parser);
    if (operand !== undefined) operands.push(operand);
    const token = tokens.next();
    if (token.type === 'space') continue;
    if (token.type === 'rightDelimiter' || token.type === 'rightParen') tokens.back();
    else if (token.type !== 'pipe') failUnexpected(parser, token, 'operand');
    break;
  }
  const [first, ...rest] = operands;
  if (first === undefined) return failParse(parser, 'empty command');
  return { type: 'command', position, operands: [first, ...rest] };
}

function parseOperand(parser: Parser): OperandNode | undefined {
  const { tokens } = parser;
  const node = parseTerm(parser);
  if (node === undefined || tokens.peek().type !== 'field') return node;
  const position = tokens.peek().position;
  const fields: string[] = [];
  while (tokens.peek().type === 'field') fields.push(tokens.next().text.slice(1));
  if (node.type === 'field') return { type: 'field', position, names: [...node.names, ...fields] };
  if (node.type === 'variable') return { type: 'variable', position, name: node.name, fields: [...node.fields, ...fields] };
  if (node.type === 'identifier' || node.type === 'pipe' || node.type === 'chain') return { type: 'chain', position, of: node, fields };
  return failParse(parser, `unexpected . after term ${quote(printNode(node))}`);
}

function parseTerm(parser: Parser): OperandNode | undefined {
  const token = parser.tokens.nextNonSpace();
  const { position, text } = token;
  // Widened: most tokens begin no term.
  const type: string = token.type;
  switch (type) {
    case 'identifier':
      if (!parser.options.isFunction(text)) failParse(parser, `function ${quote(text)} not defined`, 'parse', parser.options.suggest(text));
      return { type: 'identifier', position, name: text };
    case 'dot':
      return { type: 'dot', position };
    case 'nil':
      return { type: 'nil', position };
    case 'variable':
      if (!parser.variables.includes(text)) failParse(parser, `undefined variable ${quote(text)}`);
      return { type: 'variable', position, name: text, fields: [] };
    case 'field':
      return { type: 'field', position, names: [text.slice(1)] };
    case 'bool':
      return { type: 'bool', position, value: text === 'true' };
    case 'characterConstant':
    case 'complex':
    case 'number': {
      const number = parseNumber(text, position, type);
      return number.ok ? number.node : failParse(parser, number.message);
    }
    case 'leftParen':
      return nested(parser, () => parsePipeline(parser, 'parenthesized pipeline', 'rightParen'));
    case 'string':
    case 'rawString': {
      const value = unquote(text) ?? failParse(parser, 'invalid syntax');
      return { type: 'string', position, quoted: text, value };
    }
    default:
      parser.tokens.back();
      return undefined;
  }
}
