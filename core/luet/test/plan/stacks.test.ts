// Chains that share their elements against solving and ordering every package on its own.
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { fingerprintName } from '../../src/package/identity.ts';
import { Stacks } from '../../src/plan/stacks.ts';
import type { Stacked } from '../../src/plan/stacks.ts';
import { orderChain } from '../../src/solve/order.ts';
import { createPlainGraph } from '../../src/solve/plain-graph.ts';
import { solve } from '../../src/solve/solve.ts';
import { createUniverse } from '../../src/solve/universe.ts';
import type { Candidate, Universe } from '../../src/solve/universe.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const reference = fc.record({
  category: fc.constant('t'),
  name: fc.constantFrom(...names),
  version: fc.oneof({ weight: 4, arbitrary: fc.constant('>=0') }, fc.constantFrom('>=2', '<2', '1', '3')),
});
const rarely = (weight: number) => fc.oneof({ weight, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(reference, { maxLength: 1 }) });
const candidate = fc
  .record({
    category: fc.constant('t'),
    name: fc.constantFrom(...names),
    version: fc.oneof({ weight: 4, arbitrary: fc.constant('1') }, fc.constantFrom('2', '3')),
    requires: fc.array(reference, { maxLength: 3 }),
    conflicts: rarely(8),
    provides: rarely(6),
  })
  .map((one): Candidate => ({ ...one, fingerprintName: fingerprintName(one) }));
/** Most requirements point to packages that come later, so that circles are as rare as they are. */
const universeList = fc
  .tuple(fc.uniqueArray(candidate, { minLength: 1, maxLength: 12, selector: (one) => one.fingerprintName }), fc.boolean())
  .map(([list, keepsCircles]) => (keepsCircles ? list : list.map((one) => ({ ...one, requires: one.requires.filter((each) => each.name > one.name) }))));

function searched(universe: Universe, target: Candidate): readonly string[] | undefined {
  const result = solve(universe, target);
  const ordered = result.ok ? orderChain(universe, result.solution, target) : undefined;
  return ordered?.ok === true ? ordered.chain.map((one) => one.fingerprintName) : undefined;
}

function namesIn(top: Stacked<unknown>): string[] {
  const found: string[] = [];
  for (let each: Stacked<unknown> | undefined = top; each !== undefined; each = each.below) found.unshift(each.candidate.fingerprintName);
  return found;
}

function createStacks(universe: Universe) {
  let made = 0;
  const stacks = new Stacks(createPlainGraph(universe), { decide: () => undefined, onNew: () => (made += 1) });
  return { stacks, made: () => made };
}

function line(length: number): Candidate[] {
  const one = (index: number) => ({ category: 't', name: `p${index}`, version: '1' });
  return Array.from({ length }, (_, index): Candidate => {
    const requires = index === 0 ? [] : [{ ...one(index - 1), version: '>=0' }];
    return { ...one(index), requires, conflicts: [], provides: [], fingerprintName: fingerprintName(one(index)) };
  });
}

describe('a package that needs no search', () => {
  it('has the chain that a search finds', () => {
    let plain = 0;
    const property = fc.property(universeList, (list) => {
      const universe = createUniverse(list);
      const { stacks } = createStacks(universe);
      for (const target of list) {
        const top = stacks.stackPlain(target);
        if (top === undefined) continue;
        plain += 1;
        expect(namesIn(top)).toEqual(searched(universe, target));
      }
    });
    fc.assert(property, { numRuns: 5000 });
    expect(plain).toBeGreaterThan(5000);
  });

  it('shares its chain with what stands on it, however deep', () => {
    const list = line(20_000);
    const { stacks, made } = createStacks(createUniverse(list));
    for (const target of list.toReversed()) expect(stacks.stackPlain(target)?.candidate).toBe(target);
    expect(made()).toBe(20_000);
  });
});

it('a chain that was searched for shares its beginning with those that were not', () => {
  const list = line(3);
  const universe = createUniverse(list);
  const { stacks, made } = createStacks(universe);
  expect(stacks.stack([list[0]!, list[1]!])).toBe(stacks.stackPlain(list[1]!));
  expect(made()).toBe(2);
});
