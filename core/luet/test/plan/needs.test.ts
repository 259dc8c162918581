// Who is built with whom, on random graphs without circles, against looking at every pair.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBuiltOn, findTops } from '../../src/plan/needs.ts';
import type { Needs } from '../../src/plan/needs.ts';

/** A package reads only packages of smaller numbers; names are not in that order. */
const graph = fc.array(fc.array(fc.nat(20), { maxLength: 4 }), { maxLength: 12 }).map((lists): Needs => {
  const nameOf = (index: number): string => `p${(index * 7) % 13}`;
  return new Map(lists.map((list, index) => [nameOf(index), new Set(list.filter((other) => other < index).map(nameOf))]));
});

function reads(needs: Needs, reader: string, read: string): boolean {
  return [...(needs.get(reader) ?? [])].some((each) => each === read || reads(needs, each, read));
}

describe('the tops of a tree', () => {
  it('are those that no other one reads, and everything else is below them', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        const names = [...needs.keys()];
        const tops = findTops(names, needs);
        expect(tops).toEqual(names.filter((name) => !names.some((other) => reads(needs, other, name))).toSorted());
        for (const name of names) expect(tops.includes(name) || tops.some((top) => reads(needs, top, name))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('of a part of the tree are told by that part alone', () => {
    expect(findTops(['a', 'b'], new Map([['a', new Set(['b'])], ['b', new Set<string>()], ['c', new Set(['a'])]]))).toEqual(['a']);
  });
});

describe('what is built with a package', () => {
  it('is every package that reads it, directly or through others', () => {
    fc.assert(
      fc.property(graph, fc.array(fc.nat(12)), (needs, picked) => {
        const names = [...needs.keys()];
        const of = [...new Set(picked.flatMap((index) => names[index] ?? []))];
        const expected = names.filter((name) => !of.includes(name) && of.some((each) => reads(needs, name, each))).toSorted();
        expect(findBuiltOn(names, of, needs)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
