// regexps.json and filters.json: which entries of an archive a pattern matches, and what a whole filter keeps.

import { createPathFilter, matchText } from '@cos/archive';
import { compare, isListOf } from '../vector.ts';
import type { VectorKind } from '../vector.ts';

interface RegexpCase {
  readonly name: string;
  readonly pattern: string;
  readonly entry: string;
  readonly path: string;
  readonly match?: boolean;
  readonly error?: boolean;
}

export const regexps: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'pattern', 'entry'])) return undefined;
  return (content as readonly RegexpCase[]).map(({ name, pattern, entry, path, match, error }) => ({
    name,
    check: () => [
      ...compare('path', path, matchText(entry)),
      ...compare('match', error === true ? 'error' : match, matches(pattern, entry)),
    ],
  }));
};

/** As a package tree is used: without tolerance for patterns that are none. */
function matches(pattern: string, entry: string): boolean | 'error' {
  let filter;
  try {
    filter = createPathFilter({ includes: [pattern] });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'invalid-pattern') return 'error';
    throw error;
  }
  return filter.keeps(entry);
}

interface FilterCase {
  readonly name: string;
  readonly packageDir?: string;
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
  readonly entries: readonly string[];
  readonly kept: readonly string[];
}

/** Recorded from luet, which drops invalid patterns and takes a package directory for a prefix. */
export const filters: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'entries', 'kept'])) return undefined;
  return (content as readonly FilterCase[]).map(({ name, entries, kept, packageDir = '', includes = [], excludes = [] }) => ({
    name,
    check: () => {
      const filter = createPathFilter({ packageDir, includes, excludes, compatibility: 'luet' });
      return compare('kept', kept, entries.filter((entry) => filter.keeps(entry)));
    },
  }));
};
