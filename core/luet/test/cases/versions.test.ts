// Cases 24 to 34 of luet's behaviour: which version is chosen, and what cannot be.
import { describe, expect, it } from 'vitest';
import truthTable from '../fixtures/luet/selectors.json' with { type: 'json' };
import { formatProblem, matchesSelector, sortVersions } from '../../src/index.ts';
import { chainOf, definition, packages, planFiles, requires } from '../rig/written-tree.ts';

describe('24: a version satisfies a selector as luet up to 0.36 (legacy) and its rewrite (the default) see it', () => {
  it.each(truthTable.selectors)('$version and $selector', ({ version, selector, legacy, head }) => {
    expect(matchesSelector(selector, version, 'legacy')).toBe(legacy);
    expect(matchesSelector(selector, version)).toBe(head);
  });
});

describe('order', () => {
  it('25: rebuild counters count as numbers', () => {
    expect(sortVersions(['1.0+2', '1.0+10', '1.0+1', '1.0'])).toEqual(['1.0', '1.0+1', '1.0+2', '1.0+10']);
  });

  it('26: a tilde comes before the end, a dash and a plus after it', () => {
    expect(sortVersions(['1.0-1', '1.0', '1.0+1', '1.0.1', '1.0~rc1'])).toEqual(['1.0~rc1', '1.0', '1.0-1', '1.0+1', '1.0.1']);
  });
});

const three = packages({ 'lib@1.0': 'image: x\n', 'lib@2.0': 'image: x\n', 'lib@10.0': 'image: x\n' });

describe('choice', () => {
  it('27: >=0 takes 1.10 over 1.9', async () => {
    const result = await planFiles(packages({ 'lib@1.9': 'image: x\n', 'lib@1.10': 'image: x\n', user: requires('lib') }), { targets: ['t/user'] });
    expect(chainOf(result, 'user')).toEqual(['lib-t-1.10', 'user-t-1.0']);
  });

  it('28: a bounded selector takes the newest version within the bound, every time', async () => {
    const result = await planFiles({ ...three, ...packages({ user: requires('lib@<10') }) }, { targets: ['t/user'] });
    expect(chainOf(result, 'user')).toEqual(['lib-t-2.0', 'user-t-1.0']);
  });

  it.each([
    ['t/lib@<3', '2.0'],
    ['t/lib@>=2,<5', '2.0'],
    ['=t/lib-2.0', '2.0'],
    ['>=t/lib-1.0', '10.0'],
    ['<t/lib-2.0', '1.0'],
  ])('29: %s on the command line means %s', async (text, version) => {
    const result = await planFiles(three, { targets: [text] });
    expect(result.packages.map((one) => one.version)).toEqual([version]);
  });

  it.each(['lib', 't/lib-2.0'])('30: %s on the command line is not found', async (text) => {
    const result = await planFiles(three, { targets: [text] });
    expect(result.packages).toEqual([]);
    expect(result.problems).toMatchObject([{ code: 'LUET_UNKNOWN_PACKAGE' }]);
  });
});

describe('provided names', () => {
  const wanted = ['1.0', '>=0', '>=1.0', '1.5', '<2'];
  it.each([
    ['1.0', [true, false, false, false, false]],
    ['>=0', [true, true, false, true, false]],
    ['>=1.0', [true, false, true, true, false]],
    ['<2', [true, false, false, true, true]],
  ])('31: what is provided as %s answers the same text, or a version that it covers', async (provided, answers) => {
    const provides = `provides:\n- {name: "old", category: "t", version: "${provided}"}\n`;
    const found = await Promise.all(
      wanted.map(async (version) => {
        const files = { 'new/definition.yaml': definition('new', '9', provides), 'new/build.yaml': 'image: x\n', ...packages({ user: requires(`old@${version}`) }) };
        return (await planFiles(files, { targets: ['t/user'] })).problems.length === 0;
      }),
    );
    expect(found).toEqual(answers);
  });

  it('32: a provider takes the place of the real package, also on the command line', async () => {
    const provides = 'provides:\n- {name: "old", category: "t", version: ">=0"}\n';
    const files = { ...packages({ old: 'image: x\n' }), 'new/definition.yaml': definition('new', '9', provides), 'new/build.yaml': 'image: x\n' };
    expect((await planFiles(files, { targets: ['t/old'] })).packages.map((one) => one.fingerprintName)).toEqual(['new-t-9']);
  });
});

describe('no solution', () => {
  it('33: two requirements in conflict cannot be met', async () => {
    const conflicts = 'image: x\nconflicts:\n- {name: "a", category: "t", version: ">=0"}\n';
    const result = await planFiles(packages({ a: 'image: x\n', b: conflicts, user: requires('a', 'b') }), { targets: ['t/user'] });
    expect(result.problems).toMatchObject([{ code: 'LUET_UNSATISFIABLE' }]);
  });

  it('34: a circle is told with its trail', async () => {
    const result = await planFiles(packages({ ca: requires('cb'), cb: requires('ca') }), { targets: ['t/ca'] });
    expect(formatProblem(result.problems[0]!)).toContain('ca-t-1.0 -> cb-t-1.0 -> ca-t-1.0');
  });
});
