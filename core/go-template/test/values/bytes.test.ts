// Strings are bytes: what is cut in two can be put together again.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../src/index.ts';
import { byteLength, compareText, fromBytes, normalise, sliceBytes, toBytes } from '../../src/values/bytes.ts';

describe('Go strings', () => {
  it('keep any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => {
      const text = fromBytes(bytes);
      expect([...toBytes(text)]).toEqual([...bytes]);
      expect(byteLength(text)).toBe(bytes.length);
    }));
  });

  it('can be cut anywhere and joined', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 40 }), (text, at) => {
      const cut = Math.min(at, byteLength(text));
      expect(normalise(sliceBytes(text, 0, cut) + sliceBytes(text, cut, byteLength(text)))).toBe(text);
    }));
  });

  it('are ordered by their bytes', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }));
  });

  it('leave a template as text; halves of characters become U+FFFD', () => {
    expect(renderTemplate('{{ $a := trunc 1 "é" }}{{ $b := trunc -1 "é" }}{{ $a }}|{{ print $a $b }}|{{ $a }}{{ $b }}')).toEqual({ ok: true, value: '\ufffd|é|é' });
  });
});
