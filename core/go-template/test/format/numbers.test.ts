// Formatting of numbers: the same digits as the JavaScript engine where both define them, and Go's rules where they differ.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFloat } from '../../src/format/float.ts';
import { parseFloatText, parseIntText } from '../../src/format/parse-number.ts';
import { sprintf } from '../../src/format/sprintf.ts';
import { goInt } from '../../src/values/value.ts';

describe('formatFloat', () => {
  it.each([
    [0.5, 'f', 0, '0'],
    [1.5, 'f', 0, '2'],
    [2.5, 'f', 0, '2'],
    [0.125, 'f', 2, '0.12'],
    [2.675, 'f', 2, '2.67'],
    [1e21, 'f', 1, '1000000000000000000000.0'],
    [9.999, 'f', 2, '10.00'],
    [0.00004, 'f', 3, '0.000'],
    [-0, 'g', -1, '-0'],
    [5e-324, 'e', 3, '4.941e-324'],
    [1e6, 'g', -1, '1e+06'],
    [100_000, 'g', -1, '100000'],
    [0.0001, 'g', -1, '0.0001'],
    [0.00001, 'g', -1, '1e-05'],
    [1234.5, 'g', 3, '1.23e+03'],
    [0, 'e', 2, '0.00e+00'],
    [255.5, 'x', -1, '0x1.ffp+07'],
    [1, 'b', -1, '4503599627370496p-52'],
    [Infinity, 'g', -1, '+Inf'],
  ] as const)('writes %d as %s with precision %d: %s', (value, format, precision, text) => {
    expect(formatFloat(value, format, precision)).toBe(text);
  });

  it('reads back as the same number', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('e' as const, 'f' as const, 'g' as const, 'x' as const), (value, format) => {
      expect(parseFloatText(formatFloat(value, format, -1))).toBe(value);
    }));
  });

  it('rounds as precisely as asked for', () => {
    fc.assert(fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), fc.integer({ min: 0, max: 15 }), (value, precision) => {
      const text = formatFloat(value, 'e', precision);
      expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(Math.abs(value) * 10 ** -precision);
      expect(text).toMatch(new RegExp(`^-?\\d${precision > 0 ? `\\.\\d{${precision}}` : ''}e[+-]\\d{2,}$`));
    }));
  });
});

describe('parseIntText', () => {
  it('reads what printf writes, in each base', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom('%d', '%#x', '%O', '%#b'), (value, format) => {
      expect(parseIntText(sprintf(format, [goInt(value)]), 64)).toBe(value);
    }));
  });

  it.each(['', '-', '08', '1__0', '_1', '1_', '0x', '9223372036854775808', '1e3', '1.0', ' 1'])('refuses %j', (text) => {
    expect(parseIntText(text, 64)).toBeUndefined();
  });
});
