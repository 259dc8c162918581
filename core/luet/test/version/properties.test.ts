import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { compareVersions, matchesSelector, sortVersions } from '../../src/index.ts';

const likely = fc.string({ unit: fc.constantFrom('0', '1', '2', '9', '10', '.', '-', '+', '~', ':', '_', 'a', 'r', 'rc'), maxLength: 6 });
const version = fc.oneof(likely, likely.map((text) => `1${text}`), fc.string({ maxLength: 8 }));

describe('the order of versions', () => {
  it('is antisymmetric', () => {
    fc.assert(fc.property(version, version, (a, b) => compareVersions(a, b) === 0 - compareVersions(b, a)), { numRuns: 5000 });
  });

  it('is transitive', () => {
    const property = fc.property(version, version, version, (a, b, c) => {
      const [low, middle, high] = [a, b, c].toSorted(compareVersions) as [string, string, string];
      expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
      expect(compareVersions(middle, high)).toBeLessThanOrEqual(0);
      expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
      if (compareVersions(low, high) === 0) expect([compareVersions(low, middle), compareVersions(middle, high)]).toEqual([0, 0]);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it('agrees with selectors', () => {
    const valid = likely.map((text) => `1${text}`);
    const property = fc.property(valid, valid, (a, b) => {
      const order = compareVersions(a, b);
      if (!matchesSelector('>=0', a) || !matchesSelector('>=0', b)) return;
      expect(matchesSelector(`>${b}`, a)).toBe(order > 0);
      expect(matchesSelector(`<=${b}`, a)).toBe(order <= 0);
      expect(matchesSelector(`=${b}`, a)).toBe(order === 0);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it('sorts every list to the same result, whatever its order', () => {
    const property = fc.property(fc.uniqueArray(likely, { maxLength: 8, comparator: (a, b) => compareVersions(a, b) === 0 }), (list) => {
      expect(sortVersions(list.toReversed())).toEqual(sortVersions(list));
    });
    fc.assert(property);
  });
});
