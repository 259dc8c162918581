// atoms.json: package strings of the command line.

import { parseAtom } from '@cos/luet';
import { compare, isListOf } from '../vector.ts';
import type { VectorKind } from '../vector.ts';

interface AtomCase {
  readonly name: string;
  readonly atom: string;
  readonly expect?: { readonly category: string; readonly name: string; readonly version: string };
  readonly error?: string;
}

export const atoms: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'atom'])) return undefined;
  return (content as readonly AtomCase[]).map(({ name, atom, expect, error }) => ({
    name,
    check: () => {
      const result = parseAtom(atom);
      return compare('reference', error === undefined ? expect : 'error', result.ok ? result.reference : 'error');
    },
  }));
};
