import { expect, test } from 'vitest';
import { overlaps, workspacePath } from '../../src/model/workspace-path.ts';

test.each([
  ['a/b', 'a/b'],
  ['./a//b/', 'a/b'],
  ['a/../b', 'b'],
  ['.', '.'],
  ['a/..', '.'],
  ['..', undefined],
  ['a/../../b', undefined],
  ['/etc/passwd', undefined],
  ['', undefined],
  ['a\0b', undefined],
  ['a\\b', undefined],
])('%j is %j below the workspace', (path, expected) => {
  expect(workspacePath(path)).toBe(expected);
});

test('paths overlap when one is in the other', () => {
  expect(overlaps('a', 'a/b')).toBe(true);
  expect(overlaps('a/b', 'a')).toBe(true);
  expect(overlaps('.', 'x')).toBe(true);
  expect(overlaps('a', 'ab')).toBe(false);
});
