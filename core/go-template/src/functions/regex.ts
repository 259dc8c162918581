// sprig: regular expressions. A bad pattern is false for `regexMatch` and an error for all others.
import { compilePattern, expandReplacement, findAll, mustCompilePattern, replaceAll, splitBy } from '../regex.ts';
import type { Pattern } from '../regex.ts';
import { GoPanic } from '../values/panic.ts';
import { GoList, stringList } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { contextual, fn } from './define.ts';
import type { FunctionTable } from './define.ts';

type Compile = (source: string) => Pattern;

export const regex: FunctionTable = {
  regexMatch: fn(['string', 'string'], matches),
  mustRegexMatch: fn(['string', 'string'], (source, text) => compilePattern(source).find(text, 0) !== undefined),
  ...variants('', mustCompilePattern),
  ...variants('must', compilePattern),
  regexQuoteMeta: fn(['string'], (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')),
};

function variants(prefix: '' | 'must', compile: Compile): FunctionTable {
  const name = (base: string): string => (prefix === '' ? `regex${base}` : `mustRegex${base}`);
  return {
    [name('Find')]: fn(['string', 'string'], (source, text) => compile(source).find(text, 0)?.groups[0] ?? ''),
    [name('FindAll')]: fn(['string', 'string', 'int'], (source, text, limit) => listOfMatches(compile(source), text, limit)),
    [name('ReplaceAll')]: contextual(['string', 'string', 'string'], (context, source, text, template) => {
      const pattern = compile(source);
      return replaceAll(pattern, text, (match) => {
        const replacement = expandReplacement(pattern, template, match);
        context.meter.reserve(replacement.length);
        return replacement;
      });
    }),
    [name('ReplaceAllLiteral')]: contextual(['string', 'string', 'string'], (context, source, text, replacement) =>
      replaceAll(compile(source), text, () => {
        context.meter.reserve(replacement.length);
        return replacement;
      }),
    ),
    [name('Split')]: fn(['string', 'string', 'int'], (source, text, limit) => stringList(splitBy(compile(source), text, limit))),
  };
}

function matches(source: string, text: string): boolean {
  try {
    return compilePattern(source).find(text, 0) !== undefined;
  } catch (error) {
    if (error instanceof GoPanic) return false;
    throw error;
  }
}

function listOfMatches(pattern: Pattern, text: string, limit: number): GoValue {
  const found = findAll(pattern, text, limit);
  return found.length === 0 ? new GoList([], 'string', true) : stringList(found.map(({ groups }) => groups[0] ?? ''));
}
