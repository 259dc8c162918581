import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBuilds } from '../../src/rebuild/compare-builds.ts';
import { step } from './statements.ts';

const names = (steps: readonly { readonly task: string }[]): readonly string[] => steps.map(({ task }) => task);

describe('two builds', () => {
  test('are identical step by step, or differ from where the first bytes differ', () => {
    const before = [step('one', ['s'], '1'), step('two', ['1'], '2'), step('three', ['2'], '3'), step('beside', ['s'], 'b')];
    expect(compareBuilds(before, before)).toEqual({ identical: 4, origins: [], asked: [], followed: [], missing: [], additional: [] });
    const after = [step('one', ['s'], '1'), step('two', ['1'], 'other'), step('three', ['other'], 'another'), step('beside', ['s'], 'b')];
    const compared = compareBuilds(before, after);
    expect([compared.identical, names(compared.origins), names(compared.followed)]).toEqual([2, ['two'], ['three']]);
    expect(compared.origins[0]?.outputs).toMatchObject([{ name: 'out', kind: 'text-file', before: before[1]?.outputs[0]?.digest, after: after[1]?.outputs[0]?.digest }]);
  });

  test('agree again where a step makes the same of other inputs', () => {
    const compared = compareBuilds([step('one', ['s'], '1'), step('two', ['1'], '2')], [step('one', ['s'], 'x'), step('two', ['x'], '2')]);
    expect([compared.identical, names(compared.origins), names(compared.followed)]).toEqual([1, ['one'], []]);
  });

  test('tell what was asked otherwise from what made something else of the same', () => {
    const compared = compareBuilds([step('one', ['s'], '1'), step('gone', [], 'g')], [step('one', ['s'], 'x', { options: { level: 2 } }), step('new', [], 'n')]);
    expect([names(compared.origins), names(compared.asked), compared.missing, compared.additional]).toEqual([[], ['one'], ['gone'], ['new']]);
  });

  test('have as origins exactly the steps of a chain that drift by themselves', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), (drifts) => {
        const build = (drift: boolean) => {
          let last = 'source';
          return drifts.map((drifting, index) => {
            const makes = `${index} of ${last}${drift && drifting ? ' otherwise' : ''}`;
            const made = step(`task ${index}`, [last], makes);
            last = makes;
            return made;
          });
        };
        const { origins, followed, identical } = compareBuilds(build(false), build(true));
        const first = drifts.indexOf(true);
        expect(names(origins)).toEqual(first < 0 ? [] : [`task ${first}`]);
        expect(followed).toHaveLength(first < 0 ? 0 : drifts.length - first - 1);
        expect(identical).toBe(first < 0 ? drifts.length : first);
      }),
    );
  });
});
