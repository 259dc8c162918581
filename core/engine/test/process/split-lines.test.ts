import { expect, test } from 'vitest';
import { splitLines } from '../../src/process/split-lines.ts';

const split = (...chunks: readonly Uint8Array[]) => {
  const lines: string[] = [];
  const splitter = splitLines((line) => lines.push(line));
  chunks.forEach(splitter.push);
  splitter.end();
  return lines;
};

test('lines come whole, however the bytes are cut', () => {
  const bytes = Buffer.from('one\nzwei ä\n\nlast');
  for (let at = 0; at <= bytes.length; at += 1) expect(split(bytes.subarray(0, at), bytes.subarray(at))).toEqual(['one', 'zwei ä', '', 'last']);
});

test('progress bars become lines', () => {
  expect(split(Buffer.from('10%\r20%\r\r100%\r\nend\n'))).toEqual(['10%', '20%', '100%', 'end']);
});

test('a line without end is cut into pieces', () => {
  const lines = split(...Array.from({ length: 10 }, () => Buffer.alloc(10_000, 'x')));
  expect(lines.join('')).toHaveLength(100_000);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(16_384);
});
