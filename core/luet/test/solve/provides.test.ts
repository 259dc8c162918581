import { describe, expect, it } from 'vitest';
import { fingerprintName } from '../../src/index.ts';
import { solve } from '../../src/solve/solve.ts';
import { candidatesFor, createUniverse } from '../../src/solve/universe.ts';
import type { Candidate } from '../../src/solve/universe.ts';

function candidate(name: string, version: string, more: Partial<Candidate> = {}): Candidate {
  const identity = { category: 't', name, version };
  return { ...identity, fingerprintName: fingerprintName(identity), requires: [], conflicts: [], provides: [], ...more };
}

const reference = (name: string, version: string) => ({ category: 't', name, version });

describe('a provided name', () => {
  const requested = ['1.0', '>=0', '>=1.0', '1.5', '<2'];
  it.each([
    ['1.0', [true, false, false, false, false]],
    ['>=0', [true, true, false, true, false]],
    ['>=1.0', [true, false, true, true, false]],
    ['<2', [true, false, false, true, true]],
  ])('in version %s answers what luet lets it answer', (provided, expected) => {
    const universe = createUniverse([candidate('new', '9', { provides: [reference('old', provided)] })]);
    expect(requested.map((version) => candidatesFor(universe, reference('old', version)).length === 1)).toEqual(expected);
  });

  it('takes the place of the real package', () => {
    const provider = candidate('new', '9', { provides: [reference('old', '>=0')] });
    const universe = createUniverse([candidate('old', '1.0'), provider]);
    expect(candidatesFor(universe, reference('old', '>=0'))).toEqual([provider]);
    expect(candidatesFor(universe, reference('old', '<5')).map((one) => one.name)).toEqual(['old']);
  });

  it('may be required by its own provider', () => {
    const provider = candidate('new', '9', { provides: [reference('old', '>=0')], requires: [reference('old', '>=0')] });
    const result = solve(createUniverse([provider]), provider);
    expect(result.ok && [...result.solution.keys()]).toEqual(['t/new']);
  });
});

it('gives up after a bounded number of decisions, and says so', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const all = names.flatMap((name) => ['1', '2', '3'].map((version) => candidate(name, version)));
  const target = candidate('top', '1', { requires: names.map((name) => reference(name, '>=0')) });
  expect(solve(createUniverse([...all, target]), target, 3)).toEqual({ ok: false, reason: 'limit' });
  expect(solve(createUniverse([...all, target]), target, 6).ok).toBe(true);
});

it('jumps back over decisions that had no part in a failure', () => {
  const names = Array.from({ length: 30 }, (_, index) => `n${index}`);
  const free = names.flatMap((name) => ['1', '2', '3'].map((version) => candidate(name, version)));
  const target = candidate('top', '1', { requires: [reference('x', '>=0'), ...names.map((name) => reference(name, '>=0')), reference('y', '>=0')] });
  const all = [...free, candidate('x', '2'), candidate('x', '1'), candidate('y', '1', { requires: [reference('x', '<2')] }), target];
  const result = solve(createUniverse(all), target, 200);
  expect(result.ok && result.solution.get('t/x')?.version).toBe('1');
});
