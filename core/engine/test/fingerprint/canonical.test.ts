import { describe, expect, test } from 'vitest';
import { encodeCanonical } from '../../src/fingerprint/canonical.ts';

const text = (value: unknown) => Buffer.from(encodeCanonical(value)).toString('utf8');

describe('canonical bytes', () => {
  test('are pinned', () => {
    expect(text({ b: [1, 'ä', null, true, false, -0, 1.5], a: {} })).toBe('o2:s1:ao0:s1:ba7:d1:1s2:äntfd1:0d3:1.5');
    expect(text({ list: [[], {}, '', 1e21] })).toBe('o1:s4:lista4:a0:o0:s0:d5:1e+21');
  });

  test('do not depend on the order in which keys were written', () => {
    expect(text({ b: 1, a: 2, Z: 3, ä: 4 })).toBe(text({ ä: 4, Z: 3, a: 2, b: 1 }));
  });

  test('keep apart what looks alike', () => {
    const values = [1, '1', true, 'true', null, 'null', [], {}, '', [''], [[]], ['a', 'b'], ['ab'], ['a,b'], { a: 'b' }, [{ a: 'b' }], { 'a:s1': 'b' }, ['a', ['b']], [['a'], 'b'], 0, [0], [0, 0], 'd1:0'];
    expect(new Set(values.map(text)).size).toBe(values.length);
  });

  test('refuse what JSON cannot hold', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [undefined, { a: undefined }, [undefined], NaN, Infinity, 1n, Symbol('x'), () => 1, new Date(0), new Map(), Buffer.from('x'), '\ud800', { '\udc00': 1 }, cycle, Array(1)]) {
      expect(() => encodeCanonical(value)).toThrow('Internal error');
    }
  });
});
