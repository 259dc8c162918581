import { describe, expect, it } from 'vitest';
import { compareWithBudget } from '../src/compare-with-budget.ts';
import { parseSize } from '../src/parse-size.ts';
import { showGrowth, showSize } from '../src/show/size.ts';

const os = { category: 'system', name: 'os', version: '1.0', content: 1_200_000_000, archive: 400_000_000 };

describe('a budget', () => {
  it('is that of the package, else that of all', () => {
    const budgets = { '*': { content: '500 MB', archive: '1 GB' }, 'system/os': { content: '1 GB' } };
    expect(compareWithBudget(os, budgets)).toEqual(['system/os@1.0 is larger than its budget: contents of 1.2 GB, at most 1.0 GB by budgets["system/os"].content; `cos inspect system/os` shows what makes it large.']);
    expect(compareWithBudget({ ...os, name: 'other' }, budgets)).toEqual([expect.stringContaining('at most 500.0 MB by budgets["*"].content') as unknown]);
  });

  it('holds for the size that it names, up to its last byte', () => {
    expect(compareWithBudget(os, { '*': { archive: 400_000_000 } })).toEqual([]);
    expect(compareWithBudget(os, { '*': { archive: 399_999_999 } })).toEqual([expect.stringContaining('an archive of 400.0 MB') as unknown]);
    expect(compareWithBudget(os, {})).toEqual([]);
  });
});

describe('sizes', () => {
  it.each([['0', 0], ['12', 12], ['1.5 GB', 1_500_000_000], ['2MiB', 2_097_152], ['64 kB', 64_000]])('%s is read', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'MB', '1 mb', '-1', '1,5 GB', '1 XB', 'GB 1'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it.each([[0, '0 B'], [999, '999 B'], [1000, '1.0 kB'], [999_949, '999.9 kB'], [999_951, '1.0 MB'], [1_234_567_890, '1.2 GB'], [-2_000, '-2.0 kB']])('%d bytes are shown as %s', (bytes, text) => {
    expect(showSize(bytes)).toBe(text);
  });

  it('grow with a sign', () => {
    expect([showGrowth(1), showGrowth(0), showGrowth(-1)]).toEqual(['+1 B', '0 B', '-1 B']);
  });
});
