import { expect, test } from 'vitest';
import { overlay } from '../../src/config/overlay.ts';

const quiet = () => undefined;

test('maps are overlaid key by key, lists and scalars are replaced whole', () => {
  expect(overlay({ a: { x: 1, y: 2 }, list: [1, 2], text: 'a' }, { a: { y: 3, z: 4 }, list: [9], text: 'b' }, quiet)).toEqual({ a: { x: 1, y: 3, z: 4 }, list: [9], text: 'b' });
});

test('presence decides: null, false and empty texts replace', () => {
  expect(overlay({ a: 1, b: true, c: 'x', d: { e: 1 } }, { a: null, b: false, c: '', d: {} }, quiet)).toEqual({ a: null, b: false, c: '', d: { e: 1 } });
});

test('a map in the place of something else, and the other way round, is told', () => {
  const told: string[] = [];
  overlay({ a: { b: { c: 1 } }, d: 1 }, { a: { b: 'text' }, d: { e: 1 } }, ({ path }) => told.push(path.join('.')));
  expect(told).toEqual(['a.b', 'd']);
});

test('neither map is changed, and a key named like a member of every object stays a key', () => {
  const lower = { a: { b: 1 } };
  const result = overlay(lower, JSON.parse('{"__proto__": {"polluted": true}, "a": {"c": 2}}'), quiet);
  expect(lower).toEqual({ a: { b: 1 } });
  expect(Object.keys(result)).toEqual(['a', '__proto__']);
  expect('polluted' in {}).toBe(false);
});
