// Recorded behaviour of luet 0.35.2's extraction filter.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPathFilter, matchText } from '../../src/index.ts';

interface FilterCase { name: string; packageDir: string; includes: string[]; excludes: string[]; entries: string[]; kept: string[] }
interface RegexpCase { name: string; pattern: string; entry: string; path: string; match?: boolean; error?: boolean }

function load<Case>(file: string): Case[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8')) as Case[];
}

test.each(load<FilterCase>('filters.json'))('filter $name keeps what luet keeps', ({ entries, kept, ...options }) => {
  const filter = createPathFilter({ ...options, compatibility: 'luet' });
  expect(entries.filter(filter.keeps)).toEqual(kept);
});

test.each(load<RegexpCase>('regexps.json'))('pattern $name ($pattern) on $entry', ({ pattern, entry, path, match, error }) => {
  expect(matchText(entry)).toBe(path);
  const create = (): boolean => createPathFilter({ includes: [pattern] }).keeps(entry);
  if (error === true) expect(create).toThrow(expect.objectContaining({ code: 'invalid-pattern' }));
  else expect(create()).toBe(match);
});
