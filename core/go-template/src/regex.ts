// The only door to re2js, the regular expressions of Go for JavaScript. Loaded at the first use. What differs from Go (which empty matches
// count, how replacements are written) is done here.
import { createRequire } from 'node:module';
import type * as re2js from 're2js';
import { canBackquote, quote } from './format/quote.ts';
import { GoPanic } from './values/panic.ts';


const require = createRequire(import.meta.url);
let loaded: typeof re2js | undefined;

/** Positions of the whole match and of the groups, in UTF-16 units; `undefined` for a group that took no part. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
}

export interface Pattern {
  readonly source: string;
  /** First match at or after a position. */
  readonly find: (text: string, from: number) => Match | undefined;
  readonly names: Readonly<Record<string, number>>;
}

/** Throws a `GoPanic` with Go's message (`regexp.Compile`). */
export function compilePattern(source: string): Pattern {
  loaded ??= require('re2js') as typeof re2js;
  const library = loaded;
  try {
    const compiled = library.RE2JS.compile(source);
    const groupCount = compiled.groupCount();
    const find = (text: string, from: number): Match | undefined => {
      const matcher = compiled.matcher(text);
      if (!matcher.find(from)) return undefined;
      const groups = Array.from({ length: groupCount + 1 }, (_, index) => matcher.group(index) ?? undefined);
      return { start: matcher.start(), end: matcher.end(), groups };
    };
    return { source, find, names: compiled.namedGroups() };
  } catch (error) {
    if (error instanceof library.RE2JSException) throw new GoPanic(error.message);
    throw error;
  }
}

/** `regexp.MustCompile`: the same with another message. */
export function mustCompilePattern(source: string): Pattern {
  try {
    return compilePattern(source);
  } catch (error) {
    if (!(error instanceof GoPanic)) throw error;
    const shown = canBackquote(source) ? `\`${source}\`` : quote(source);
    throw new GoPanic(`regexp: Compile(${shown}): ${error.message}`);
  }
}

/** At most `limit` matches, all when negative. An empty match right after another match does not count. */
export function findAll(pattern: Pattern, text: string, limit: number): Match[] {
  const matches: Match[] = [];
  let position = 0;
  let previousEnd = -1;
  while (position <= text.length) {
    if (limit >= 0 && matches.length >= limit) break;
    const match = pattern.find(text, position);
    if (match === undefined) break;
    const isEmpty = match.end === position;
    if (!(isEmpty && match.start === previousEnd)) matches.push(match);
    position = isEmpty ? position + characterLength(text, position) : match.end;
    previousEnd = match.end;
  }
  return matches;
}

export function replaceAll(pattern: Pattern, text: string, replace: (match: Match) => string): string {
  let result = '';
  let copied = 0;
  let position = 0;
  while (position <= text.length) {
    const match = pattern.find(text, position);
    if (match === undefined) break;
    result += text.slice(copied, match.start);
    if (match.end > copied || match.start === 0) result += replace(match);
    copied = match.end;
    position = Math.max(match.end, position + characterLength(text, position));
  }
  return result + text.slice(copied);
}

/** `$1`, `$name`, `${name}`, `$$`. A name is as long as possible, so `$1x` is the group called "1x". */
export function expandReplacement(pattern: Pattern, template: string, match: Match): string {
  return template.replace(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (whole, braced: string | undefined, bare: string | undefined) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    const index = /^\d+$/.test(name) ? Number(name) : pattern.names[name];
    return index === undefined ? '' : (match.groups[index] ?? '');
  });
}

/** Pieces between matches, at most `limit`, all when negative. */
export function splitBy(pattern: Pattern, text: string, limit: number): string[] {
  if (limit === 0) return [];
  if (pattern.source !== '' && text === '') return [''];
  const pieces: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of findAll(pattern, text, limit)) {
    if (limit > 0 && pieces.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) pieces.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) pieces.push(text.slice(start));
  return pieces;
}

function characterLength(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}
