import { builtins } from './builtins.ts';
import { TemplateFault, type Fault, type Place } from './problem.ts';
import { suggest } from './suggest.ts';

// Turns a parsed template into one in which every look-up, call and output goes through our own helpers ($get, $call, $text, $each). Handlebars' own
// strict mode is silent about missing names in arguments (`{{#if tpyo}}`), calls functions of the data and prints lists and maps as noise.

/** What a rewritten expression stands for; its index is the first argument of our helpers. */
export interface Site {
  readonly place: Place;
  /** As it stands in the template. */
  readonly text: string;
  /** Names to look up one below the other, for `$get`. */
  readonly keys: readonly string[];
}

const DATA_VARIABLES: ReadonlySet<string> = new Set(['root', 'index', 'key', 'first', 'last']);
const BLOCKS: ReadonlySet<string> = new Set(['if', 'unless', 'each', 'with']);
const MAX_NESTING = 100;

type Node = hbs.AST.Node;
type Expression = hbs.AST.Expression;

/** Rewrites the tree in place and answers the table of sites. Throws a fault with its place for what is not supported. */
export function rewrite(program: hbs.AST.Program): readonly Site[] {
  const rewriter = new Rewriter();
  rewriter.program(program);
  return rewriter.sites;
}

/** A class because it owns the table and the names of block parameters in scope. */
class Rewriter {
  readonly sites: Site[] = [];
  readonly #scopes: (readonly string[])[] = [];

  program(program: hbs.AST.Program | undefined): void {
    if (program === undefined || program === null) return;
    if (this.#scopes.length > MAX_NESTING) throw fault(program, { kind: 'unsupported', message: `blocks are nested deeper than ${MAX_NESTING}` });
    this.#scopes.push(program.blockParams ?? []);
    for (const statement of program.body) this.#statement(statement);
    this.#scopes.pop();
  }

  #statement(node: hbs.AST.Statement): void {
    switch (node.type) {
      case 'ContentStatement':
      case 'CommentStatement':
        return;
      case 'MustacheStatement': {
        const mustache = node as hbs.AST.MustacheStatement;
        const value = this.#call(mustache, mustache);
        mustache.params = [this.#site(mustache, textOf(mustache), []), value];
        mustache.path = helperPath('$text', mustache);
        return;
      }
      case 'BlockStatement':
        this.#block(node as hbs.AST.BlockStatement);
        return;
      case 'PartialStatement':
      case 'PartialBlockStatement':
        throw fault(node, {
          kind: 'unsupported',
          message: 'partials are not supported in file templates',
          hint: 'write the text out, or render the part first and give it as data',
        });
      default:
        throw fault(node, { kind: 'unsupported', message: 'decorators are not supported in file templates' });
    }
  }

  #block(block: hbs.AST.BlockStatement): void {
    const name = nameOf(block.path);
    if (!BLOCKS.has(name)) {
      const near = suggest(name, BLOCKS);
      throw fault(block.path, {
        kind: 'unknown-helper',
        message: `there is no block named ${JSON.stringify(name)}`,
        expected: 'if, unless, each or with',
        found: JSON.stringify(name),
        ...(near === undefined ? {} : { hint: `did you mean {{#${near} …}}?` }),
      });
    }
    if (block.params.length !== 1) {
      throw fault(block.path, { kind: 'syntax', message: `#${name} takes one argument, found ${block.params.length}`, expected: 'one argument', found: String(block.params.length) });
    }
    this.#refuseHash(block);
    const [value] = block.params.map((param) => this.#value(param));
    if (name === 'each' && value !== undefined) {
      block.params = [this.#site(block.path, textOf(block), []), value];
      block.path = helperPath('$each', block.path);
    } else if (value !== undefined) {
      block.params = [value];
    }
    this.program(block.program);
    this.program(block.inverse);
  }

  /** The value of `{{x}}`, `{{f x}}` or `(f x)`. */
  #call(call: hbs.AST.MustacheStatement | hbs.AST.SubExpression, at: Node): Expression {
    this.#refuseHash(call);
    if (call.params.length === 0 && call.path.type !== 'PathExpression') return call.path;
    const name = nameOf(call.path);
    const builtin = builtins.get(name);
    if (call.params.length === 0 && call.type === 'MustacheStatement' && builtin === undefined) return this.#value(call.path);
    if (builtin === undefined) {
      const near = suggest(name, builtins.keys());
      throw fault(call.path, {
        kind: 'unknown-helper',
        message: `there is no function named ${JSON.stringify(name)}`,
        expected: `one of ${[...builtins.keys()].join(', ')}`,
        found: JSON.stringify(name),
        ...(near === undefined ? {} : { hint: `did you mean ${JSON.stringify(near)}?` }),
      });
    }
    const given = call.params.length;
    if (given < builtin.least || given > builtin.most) {
      throw fault(call.path, { kind: 'syntax', message: `${name} is called with ${given} arguments`, expected: `{{${builtin.usage}}}`, found: `${given} arguments` });
    }
    return subExpression('$call', at, [this.#site(call.path, name, [name]), ...call.params.map((param) => this.#value(param))]);
  }

  #value(node: Expression): Expression {
    if (node.type === 'SubExpression') return this.#call(node as hbs.AST.SubExpression, node);
    if (node.type !== 'PathExpression') return node;
    const path = node as hbs.AST.PathExpression;
    const [first] = path.parts as readonly string[];
    if (first === undefined) return path;
    const rest = (path.parts as readonly string[]).slice(1);
    if (path.data && !DATA_VARIABLES.has(first)) {
      const near = suggest(first, DATA_VARIABLES);
      throw fault(path, {
        kind: 'unknown-variable',
        message: `there is no variable named "@${first}"`,
        expected: '@root, @index, @key, @first or @last',
        found: `@${first}`,
        ...(near === undefined ? {} : { hint: `did you mean @${near}?` }),
      });
    }
    const isScoped = path.depth > 0 || /^\.|^this\b/.test(path.original);
    const isBlockParameter = !isScoped && this.#scopes.some((names) => names.includes(first));
    const keepsFirst = path.data || isBlockParameter;
    const base: hbs.AST.PathExpression = { ...path, parts: keepsFirst ? [first] : [] };
    return subExpression('$get', path, [this.#site(path, path.original, keepsFirst ? rest : path.parts), base]);
  }

  #refuseHash(node: { readonly hash?: hbs.AST.Hash }): void {
    const pair = node.hash?.pairs[0];
    if (pair !== undefined) throw fault(pair, { kind: 'unsupported', message: `named arguments are not supported, found ${JSON.stringify(pair.key)}` });
  }

  #site(node: Node, text: string, keys: readonly string[]): hbs.AST.NumberLiteral {
    const value = this.sites.push({ place: placeOf(node), text, keys }) - 1;
    return { type: 'NumberLiteral', value, original: value, loc: node.loc };
  }
}

/** Lines of Handlebars count from 1, its columns from 0. */
function placeOf(node: Node): Place {
  const { start, end } = node.loc;
  return { line: start.line, column: start.column + 1, length: end.line === start.line ? Math.max(1, end.column - start.column) : 1 };
}

function helperPath(name: string, at: Node): hbs.AST.PathExpression {
  return { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc: at.loc };
}

function subExpression(name: string, at: Node, params: Expression[]): hbs.AST.SubExpression {
  return { type: 'SubExpression', path: helperPath(name, at), params, loc: at.loc } as hbs.AST.SubExpression;
}

function nameOf(path: Node): string {
  return 'original' in path ? String(path.original) : '';
}

function textOf(call: hbs.AST.MustacheStatement | hbs.AST.BlockStatement): string {
  const [only] = call.params;
  return nameOf(call.type === 'BlockStatement' && only !== undefined ? only : call.path);
}

function fault(node: Node, what: Fault): TemplateFault {
  return new TemplateFault(what, placeOf(node));
}
