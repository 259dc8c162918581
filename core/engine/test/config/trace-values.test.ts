import { expect, test } from 'vitest';
import { isBelow, traceValues } from '../../src/config/trace-values.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { locateKeys } from '../../src/config/yaml.ts';

function trace(...layers: readonly JsonObject[]) {
  return traceValues(layers.map((values, index) => ({ what: String(index), values }))).map(({ path, value, layer, replaced }) => [path.join('.'), value, layer.what, ...(replaced.length > 0 ? [replaced.map(({ what }) => what).join()] : [])]);
}

test('each value is told with the layer that set it last, and with those below', () => {
  expect(trace({ a: 1, m: { x: 1, y: 1 } }, { m: { y: 2, z: 2 } }, { m: { y: 3 }, b: [1] })).toEqual([['a', 1, '0'], ['m.x', 1, '0'], ['m.y', 3, '2', '0,1'], ['m.z', 2, '1'], ['b', [1], '2']]);
});

test('a scalar that replaces a map replaces all that had a part in it', () => {
  expect(trace({ m: { x: 1 } }, { m: { y: 2 } }, { m: null })).toEqual([['m', null, '2', '0,1']]);
  expect(trace({ m: 1 }, { m: { y: 2 } })).toEqual([['m.y', 2, '1']]);
});

test('an empty map is a value as long as nobody puts something into it', () => {
  expect(trace({ m: {} }, { n: 1 })).toEqual([['m', {}, '0'], ['n', 1, '1']]);
  expect(trace({ m: {} }, { m: { x: 1 } })).toEqual([['m.x', 1, '1']]);
});

test('keys like those of the language are keys', () => {
  expect(trace(JSON.parse('{"__proto__":{"a":1},"constructor":2}'))).toEqual([['__proto__.a', 1, '0'], ['constructor', 2, '0']]);
});

test('paths are compared by whole keys', () => {
  expect([isBelow(['base', 'from'], 'base'), isBelow(['base'], 'base'), isBelow(['based'], 'base'), isBelow(['a.b', 'c'], 'a\\.b')]).toEqual([true, true, false, true]);
});

test('lines of keys in a YAML file', () => {
  const lines = locateKeys('# first\na: 1\nm: &anchor\n  x: [1, {deep: 2}]\n  "y.z":\n    w: >-\n      text\n      text\nflow: {k: {l: 1}}\ncopy: *anchor\nlast: 3\n');
  expect([...lines]).toEqual([['a', 2], ['m', 3], ['m.x', 4], ['m.y\\.z', 5], ['m.y\\.z.w', 6], ['flow', 9], ['flow.k', 9], ['flow.k.l', 9], ['copy', 10], ['last', 11]]);
  expect(locateKeys('a: [').size).toBe(0);
});
