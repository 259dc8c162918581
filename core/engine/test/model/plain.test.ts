import { expect, test } from 'vitest';
import { toPlain, toPlainObject } from '../../src/model/plain.ts';

test('plain data stays, keys are sorted, undefined fields are left out, all is frozen', () => {
  const plain = toPlain({ b: [1, 'x', null, { z: true, y: undefined }], a: -0 });
  expect(plain.ok && JSON.stringify(plain.value)).toBe('{"a":0,"b":[1,"x",null,{"z":true}]}');
  expect(plain.ok && Object.isFrozen(plain.value)).toBe(true);
});

test('a secret stands by its name', () => {
  expect(toPlain({ key: { secret: { env: 'KEY' }, name: 'env:KEY' } })).toMatchObject({ ok: true, value: { key: { secret: 'env:KEY' } } });
  expect(toPlain({ secret: 'x', name: 'y' })).toMatchObject({ ok: true, value: { name: 'y', secret: 'x' } });
});

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

test.each([
  [{ a: () => 1 }, 'a', 'a value of type function'],
  [{ a: { b: Number.NaN } }, 'a.b', 'NaN'],
  [{ a: [1, undefined] }, 'a.1', 'a value of type undefined'],
  [{ a: new Map() }, 'a', 'an instance of Map'],
  [{ a: new Date(0) }, 'a', 'an instance of Date'],
  [{ a: 1n }, 'a', 'a value of type bigint'],
  [cycle, 'self', 'a cycle'],
])('value %# is refused with its path', (value, path, found) => {
  const plain = toPlain(value);
  expect(plain.ok).toBe(false);
  if (!plain.ok) expect([plain.path.join('.'), plain.found]).toEqual([path, found]);
});

test('options that are no object are kept below "value"', () => {
  expect(toPlainObject('x')).toEqual({ ok: true, value: { value: 'x' } });
  expect(toPlainObject(undefined)).toEqual({ ok: true, value: {} });
});
