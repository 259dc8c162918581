// sprig: regular expressions. A bad pattern is false for `regexMatch` and an error for all others.
import { compilePattern, expandReplacement, findAll, mustCompilePattern, replaceAll, splitBy } from '../regex.ts';
import type { Pattern } from '../regex.ts';
import { GoPanic } from '../values/panic.ts';
import { GoList, stringList } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import type { FunctionContext } from './context.ts';
import { contextual, fn } from './define.ts';
import type { FunctionTable } from './define.ts';
import { formattedLength } from './formatted-length.ts';

/** Work for one character of a pattern, with its repetitions written out, compared with one character of a text. */
const patternCost = 64;

export const regex: FunctionTable = {
  regexMatch: contextual(['string', 'string'], (context, source, text) => matches(context, source, text)),
  mustRegexMatch: contextual(['string', 'string'], (context, source, text) => prepare(context, source, text, compilePattern).find(text, 0) !== undefined),
  ...variants('regex', mustCompilePattern),
  ...variants('mustRegex', compilePattern),
  regexQuoteMeta: fn(['string'], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

type Compile = (source: string) => Pattern;

function variants(prefix: string, compile: Compile): FunctionTable {
  return {
    [`${prefix}Find`]: contextual(['string', 'string'], (context, source, text) => prepare(context, source, text, compile).find(text, 0)?.groups[0] ?? ''),
    [`${prefix}FindAll`]: contextual(['string', 'string', 'int'], (context, source, text, limit) => listOfMatches(prepare(context, source, text, compile), text, limit)),
    [`${prefix}ReplaceAll`]: contextual(['string', 'string', 'string'], (context, source, text, template) => {
      const pattern = prepare(context, source, text, compile);
      return replaceAll(pattern, text, (match) => {
        const replacement = expandReplacement(pattern, template, match);
        context.meter.reserve(replacement.length);
        return replacement;
      });
    }),
    [`${prefix}ReplaceAllLiteral`]: contextual(['string', 'string', 'string'], (context, source, text, replacement) =>
      replaceAll(prepare(context, source, text, compile), text, () => {
        context.meter.reserve(replacement.length);
        return replacement;
      }),
    ),
    [`${prefix}Split`]: contextual(['string', 'string', 'int'], (context, source, text, limit) => stringList(splitBy(prepare(context, source, text, compile), text, limit))),
  };
}

/** Compiles, and charges for the work on this text. */
function prepare({ meter }: FunctionContext, source: string, text: string, compile: Compile): Pattern {
  meter.reserve(formattedLength(source) * patternCost + text.length);
  return compile(source);
}

function matches(context: FunctionContext, source: string, text: string): boolean {
  try {
    return prepare(context, source, text, compilePattern).find(text, 0) !== undefined;
  } catch (error) {
    if (error instanceof GoPanic) return false;
    throw error;
  }
}

function listOfMatches(pattern: Pattern, text: string, limit: number): GoValue {
  const found = findAll(pattern, text, limit);
  return found.length === 0 ? new GoList([], 'string', true) : stringList(found.map(({ groups }) => groups[0] ?? ''));
}
