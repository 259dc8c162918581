import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, unquote } from '../../src/format/quote.ts';
import { fromBytes } from '../../src/values/bytes.ts';

const anyGoString = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array().map((bytes) => fromBytes(bytes)));

describe('quote and unquote', () => {
  it('are each other\'s reverse, also for bytes that are no text', () => {
    fc.assert(fc.property(anyGoString, fc.boolean(), (text, ascii) => {
      const quoted = quote(text, { ascii });
      expect(unquote(quoted)).toBe(text);
      if (ascii) expect(quoted).toMatch(/^[ -~]*$/);
    }));
  });

  it.each([`"a`, `a"`, `"\\'"`, `"\\400"`, `"\\ud800"`, `"\\x1"`, `"\\q"`, '"a\nb"', '`a`b`'])('refuse %j', (text) => {
    expect(unquote(text)).toBeUndefined();
  });
});
