import { expect, test } from 'vitest';
import { asLayer, readSetValue } from '../../src/config/set-value.ts';

test.each([
  ['a=1', { a: 1 }],
  ['a.b.c=text', { a: { b: { c: 'text' } } }],
  ['a="1"', { a: '1' }],
  ['a=[x, y]', { a: ['x', 'y'] }],
  ['a={b: 1}', { a: { b: 1 } }],
  ['a=', { a: '' }],
  ['a=null', { a: null }],
  ['a=b=c', { a: 'b=c' }],
  ['a=yes', { a: 'yes' }],
  [String.raw`a\.b.c=1`, { 'a.b': { c: 1 } }],
])('%s', (text, expected) => {
  const read = readSetValue(text);
  expect(read.ok && asLayer(read.value)).toEqual(expected);
});

test.each(['a', '=1', 'a..b=1', '.a=1', 'a=[x', 'a=*b'])('%s is refused', (text) => {
  const read = readSetValue(text);
  expect(read.ok).toBe(false);
  if (!read.ok) expect(read.failures[0]?.code).toBe('COS_CONFIG_SET');
});
