// The solver against trying every set of packages, on universes small enough for that.
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { nameKey } from '../../src/package/reference.ts';
import { fingerprintName } from '../../src/package/identity.ts';
import { orderChain } from '../../src/solve/order.ts';
import { solve } from '../../src/solve/solve.ts';
import { candidatesFor, createUniverse, isNamedBy } from '../../src/solve/universe.ts';
import type { Candidate, Universe } from '../../src/solve/universe.ts';

const names = ['a', 'b', 'c', 'd'];
const reference = fc.record({
  category: fc.constant('t'),
  name: fc.constantFrom(...names),
  version: fc.constantFrom('>=0', '>=2', '<2', '1', '3', '>1'),
});
const candidate = fc
  .record({
    category: fc.constant('t'),
    name: fc.constantFrom(...names),
    version: fc.constantFrom('1', '2', '3'),
    requires: fc.array(reference, { maxLength: 2 }),
    conflicts: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(reference, { maxLength: 1 }) }),
    provides: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(reference, { maxLength: 1 }) }),
  })
  .map((one): Candidate => ({ ...one, fingerprintName: fingerprintName(one) }));
const universeList = fc.uniqueArray(candidate, { minLength: 1, maxLength: 8, selector: (one) => one.fingerprintName });

function isSolution(universe: Universe, target: Candidate, set: readonly Candidate[]): boolean {
  const isUnique = new Set(set.map(nameKey)).size === set.length;
  const isComplete = set.every((one) => one.requires.every((each) => candidatesFor(universe, each).some((option) => set.includes(option))));
  const isPeaceful = set.every((one) => set.every((other) => one === other || !one.conflicts.some((each) => isNamedBy(universe, each, other))));
  return set.includes(target) && isUnique && isComplete && isPeaceful;
}

function existsSolution(universe: Universe, target: Candidate, all: readonly Candidate[]): boolean {
  const others = all.filter((one) => one !== target);
  for (let mask = 0; mask < 2 ** others.length; mask += 1) {
    const set = [target, ...others.filter((_, index) => (mask & (1 << index)) !== 0)];
    if (isSolution(universe, target, set)) return true;
  }
  return false;
}

describe('the solver', () => {
  it('finds a solution exactly when there is one', () => {
    const property = fc.property(universeList, (list) => {
      const universe = createUniverse(list);
      const target = list[0]!;
      const result = solve(universe, target);
      if (result.ok) expect(isSolution(universe, target, [...result.solution.values()])).toBe(true);
      expect(result.ok).toBe(existsSolution(universe, target, list));
    });
    fc.assert(property, { numRuns: 3000 });
  });

  it('holds nothing that the target does not need', () => {
    const property = fc.property(universeList, (list) => {
      const universe = createUniverse(list);
      const target = list[0]!;
      const result = solve(universe, target);
      if (!result.ok) return;
      const reached = new Set([target]);
      for (const one of reached) {
        for (const each of one.requires) for (const option of candidatesFor(universe, each)) if (result.solution.get(nameKey(option)) === option) reached.add(option);
      }
      expect([...result.solution.values()].every((one) => reached.has(one))).toBe(true);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('gives the same set and the same chain whatever the order of the universe', () => {
    const property = fc.property(universeList, fc.infiniteStream(fc.nat()), (list, keys) => {
      const target = list[0]!;
      const order = list.map((one) => [keys.next().value, one] as const).toSorted(([a], [b]) => a - b);
      const chains = [list, order.map(([, one]) => one)].map((each) => {
        const universe = createUniverse(each);
        const result = solve(universe, target);
        const chain = result.ok ? orderChain(universe, result.solution, target) : undefined;
        return chain?.ok === true ? chain.chain.map((one) => one.fingerprintName) : undefined;
      });
      expect(chains[1]).toEqual(chains[0]);
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('puts every package of a chain after what it requires', () => {
    const property = fc.property(universeList, (list) => {
      const universe = createUniverse(list);
      const result = solve(universe, list[0]!);
      const ordered = result.ok ? orderChain(universe, result.solution, list[0]!) : undefined;
      if (!result.ok || ordered?.ok !== true) return;
      expect(ordered.chain.at(-1)).toBe(list[0]);
      for (const [index, one] of ordered.chain.entries()) {
        for (const each of one.requires) {
          const before = ordered.chain.slice(0, index + 1);
          expect(candidatesFor(universe, each).some((option) => before.includes(option))).toBe(true);
        }
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
