import { expect, test } from 'vitest';
import { createRedactor } from '../../src/errors/redact.ts';

test('a revealed value is hidden, also line by line, URL-encoded, as base64 and inside of JSON', () => {
  const redactor = createRedactor();
  redactor.add('hunter&2\nsecond "line"');
  expect(redactor.redact('x hunter&2 y')).toBe('x [secret] y');
  expect(redactor.redact('only second "line" here')).toBe('only [secret] here');
  expect(redactor.redact('https://u:hunter%262@host')).toBe('https://u:[secret]@host');
  expect(redactor.redact(Buffer.from('hunter&2').toString('base64'))).toBe('[secret]');
  expect(redactor.redact('{"a":"second \\"line\\""}')).toBe('{"a":"[secret]"}');
});

test('very short values are left alone', () => {
  const redactor = createRedactor();
  redactor.add('ab');
  expect(redactor.redact('about')).toBe('about');
});

test('every text of a diagnostic is redacted', () => {
  const redactor = createRedactor();
  redactor.add('topsecret');
  const redacted = redactor.redactDiagnostic({ code: 'COS_X_Y', severity: 'error', message: 'topsecret', source: 'topsecret', hint: 'topsecret', notes: [{ message: 'topsecret' }], output: ['a topsecret b'] });
  expect(JSON.stringify(redacted)).not.toContain('topsecret');
});
