// Functions against the same thing in Node.
import { createHash, createDecipheriv } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../src/index.ts';
import { createRandom } from '../support/vectors.ts';

describe('functions', () => {
  it('that encode agree with Node', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(render('{{ b64enc .Values.t }}', { t: text })).toBe(Buffer.from(text).toString('base64'));
      expect(render('{{ b64enc .Values.t | b64dec }}', { t: text })).toBe(text);
      expect(render('{{ b32enc .Values.t | b32dec }}', { t: text })).toBe(text);
      expect(render('{{ sha256sum .Values.t }}', { t: text })).toBe(createHash('sha256').update(text).digest('hex'));
      expect(decodeURIComponent(render('{{ urlquery .Values.t }}', { t: text }).replaceAll('+', ' '))).toBe(text);
    }));
  });

  it('that read and write JSON agree with JSON.parse', () => {
    fc.assert(fc.property(fc.json(), (json) => {
      const text = JSON.stringify(JSON.parse(json));
      expect(JSON.parse(render('{{ mustFromJson .Values.t | mustToJson }}', { t: json }))).toEqual(JSON.parse(text));
      expect(JSON.parse(render('{{ mustFromJson .Values.t | mustToPrettyJson }}', { t: text }))).toEqual(JSON.parse(text));
    }));
  });

  it('that calculate wrap at 64 bits', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(fc.property(int64, int64, (a, b) => {
      const wrapped = [a + b, a - b, a * b].map((value) => BigInt.asIntN(64, value)).join(' ');
      expect(render('{{ add .Values.a .Values.b }} {{ sub .Values.a .Values.b }} {{ mul .Values.a .Values.b }}', { a, b })).toBe(wrapped);
    }));
  });

  it('that compare times agree with Date', () => {
    fc.assert(fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }), (date) => {
      const seconds = Math.floor(date.getTime() / 1000);
      const iso = new Date(seconds * 1000).toISOString().slice(0, 19);
      expect(render('{{ dateInZone "2006-01-02T15:04:05" .Values.s "UTC" }}', { s: seconds })).toBe(iso);
      expect(render('{{ (toDate "2006-01-02T15:04:05" .Values.t).Unix }}', { t: iso })).toBe(String(seconds));
    }));
  });

  it('that encrypt can be read by anybody who has the password', () => {
    const encrypted = Buffer.from(render('{{ encryptAES "secret" "plain é" }}'), 'base64');
    const key = Buffer.alloc(32);
    key.write('secret');
    const decipher = createDecipheriv('aes-256-cbc', key, encrypted.subarray(0, 16));
    expect(Buffer.concat([decipher.update(encrypted.subarray(16)), decipher.final()]).toString()).toBe('plain é');
    expect(render('{{ encryptAES "secret" "plain é" | decryptAES "secret" }}')).toBe('plain é');
  });
});

function render(source: string, values: Record<string, unknown> = {}): string {
  const result = renderTemplate(source, { values, random: createRandom() });
  if (!result.ok) throw result.error;
  return result.value;
}
