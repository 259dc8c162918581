import { expect, test } from 'vitest';
import { sentenceOf } from '../../src/errors/sentence-of.ts';

test('a problem is one sentence, with what was expected and found as far as that is known', () => {
  expect(sentenceOf({ message: 'The key is of no known form.', expected: 'PEM', found: '"x"' })).toBe('The key is of no known form; expected PEM; found "x".');
  expect(sentenceOf({ message: 'The key is not there.' })).toBe('The key is not there.');
  expect(sentenceOf({ message: 'It was refused', expected: 'a login' }, ['the registry says DENIED'])).toBe('It was refused; the registry says DENIED; expected a login.');
});
