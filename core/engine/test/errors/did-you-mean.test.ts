import { expect, test } from 'vitest';
import { hintFor, suggest } from '../../src/errors/did-you-mean.ts';

test('a misspelt name suggests its neighbours, nearest first', () => {
  expect(suggest('complier', ['compiler', 'compile', 'iso'])).toEqual(['compiler', 'compile']);
  expect(suggest('biuld', ['build', 'run'])).toEqual(['build']);
  expect(suggest('BUILD', ['build'])).toEqual(['build']);
});

test('a name that is like no other suggests nothing', () => {
  expect(suggest('xyz', ['compression', 'tmpdir'])).toEqual([]);
});

test('a hint names neighbours, else what there is, at most twelve', () => {
  expect(hintFor('isoo', ['iso', 'disk'], 'plugins')).toBe('Did you mean "iso"?');
  expect(hintFor('zzz', ['iso', 'disk'], 'plugins')).toBe('Known plugins: disk, iso.');
  expect(hintFor('zzzzzzzz', Array.from({ length: 20 }, (_, index) => `plugin-${String(index).padStart(2, '0')}`), 'plugins')).toMatch(/plugin-11 and 8 more\.$/);
  expect(hintFor('x', [], 'plugins')).toBe('There are no plugins.');
});
