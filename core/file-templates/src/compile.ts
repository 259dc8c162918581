import Handlebars from 'handlebars';
import { TemplateFault, type Place } from './problem.ts';
import { rewrite, type Site } from './rewrite.ts';
import { helperNames } from './runtime.ts';

export interface Compiled {
  readonly sites: readonly Site[];
  readonly run: Handlebars.TemplateDelegate;
}

const MAX_SOURCE = 1024 * 1024;
const MAX_KEPT = 200;
/** Compiled templates of this process by source text; the oldest goes first. */
const kept = new Map<string, Compiled>();
/** An environment of our own: what other code registers in the global one is not seen here. */
const environment = Handlebars.create();

/** Compiles a template, or takes the one compiled before. Throws a fault with its place for bad templates. */
export function compile(source: string): Compiled {
  const known = kept.get(source);
  if (known !== undefined) return known;
  if (source.length > MAX_SOURCE) throw new TemplateFault({ kind: 'too-large', message: `the template is larger than ${MAX_SOURCE} characters` });
  const program = parse(source);
  const sites = rewrite(program);
  const knownHelpers = { ...Object.fromEntries(helperNames.map((name) => [name, true])), helperMissing: false, blockHelperMissing: false, log: false, lookup: false };
  const run = environment.compile(program, { noEscape: true, strict: true, knownHelpers, knownHelpersOnly: true });
  const compiled = { sites, run };
  if (kept.size >= MAX_KEPT) for (const oldest of [...kept.keys()].slice(0, 1)) kept.delete(oldest);
  kept.set(source, compiled);
  return compiled;
}

function parse(source: string): hbs.AST.Program {
  try {
    return environment.parse(source);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw syntaxFault(source, error);
  }
}

/** The parser tells a line and an excerpt with an arrow, as text only; mismatched blocks come with numbers. */
function syntaxFault(source: string, error: Error): TemplateFault {
  if ('lineNumber' in error && 'column' in error && typeof error.lineNumber === 'number' && typeof error.column === 'number') {
    const message = error.message.replace(/ - \d+:\d+$/, '');
    return new TemplateFault({ kind: 'syntax', message: `the template cannot be read: ${message}` }, { line: error.lineNumber, column: error.column + 1, length: 1 });
  }
  const [head = '', excerpt = '', arrow = '', detail = ''] = error.message.split('\n');
  const line = Number(/on line (\d+)/.exec(head)?.[1] ?? 1);
  const [, expected, found] = /^Expecting (.*), got '?(.*?)'?$/.exec(detail) ?? [];
  const place = locate(source, line, excerpt, arrow.indexOf('^'));
  return new TemplateFault(
    {
      kind: 'syntax',
      message: 'the template cannot be read',
      ...(expected === undefined ? {} : { expected: wordsOf(expected) }),
      ...(found === undefined ? {} : { found: wordOf(found) }),
      hint: found?.startsWith('CLOSE_') === true ? 'put a space between }} and a brace of the text' : 'each {{ needs its }}, each {{#block}} its {{/block}}; text braces are written \\{{',
    },
    place,
  );
}

/** Finds the arrow's character: the excerpt is the text around it without line breaks, so that it may begin and end on other lines. */
function locate(source: string, line: number, excerpt: string, arrow: number): Place {
  const lines = source.split('\n');
  const lastLine = Math.min(line, lines.length);
  const text = lines[lastLine - 1] ?? '';
  const before = excerpt.slice(0, Math.max(0, arrow)).replace(/^\.\.\./, '');
  const after = excerpt.slice(Math.max(0, arrow)).replace(/\.\.\.$/, '').slice(0, 2);
  for (let kept = before.length; kept >= 0; kept -= 1) {
    const at = text.indexOf(before.slice(before.length - kept) + after);
    if (at >= 0 && kept + after.length > 0) return { line: lastLine, column: at + kept + 1, length: 1 };
  }
  return { line: lastLine, column: Math.max(1, text.trimEnd().length), length: 1 };
}

/** Token names of the grammar in words. */
const tokenWords: Readonly<Record<string, string>> = {
  EOF: 'the end of the template',
  CLOSE: '}}',
  CLOSE_UNESCAPED: '}}}',
  CLOSE_RAW_BLOCK: '}}}}',
  OPEN: '{{',
  OPEN_ENDBLOCK: '{{/',
  CLOSE_SEXPR: ')',
  OPEN_SEXPR: '(',
  ID: 'a name',
  STRING: 'a text in quotes',
  NUMBER: 'a number',
  CONTENT: 'text',
  INVALID: 'a character that has no meaning there',
};

function wordOf(token: string): string {
  return tokenWords[token] ?? token.toLowerCase().replaceAll('_', ' ');
}

function wordsOf(list: string): string {
  const tokens = [...list.matchAll(/'([A-Z_]+)'/g)].map(([, token = '']) => token).filter((token) => token in tokenWords);
  return tokens.length === 0 ? 'another token' : tokens.map(wordOf).join(', ');
}
