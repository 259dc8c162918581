// The recorded merges of luet, and the rule of our own that differs from it.
import { describe, expect, it } from 'vitest';
import cases from '../fixtures/merge.json' with { type: 'json' };
import { mergeValues } from '../../src/values/merge.ts';
import { readValues } from '../../src/values/read-values.ts';
import { valuesFromJson, valuesToJson } from '../../src/values/value.ts';

interface MergeCase { name: string; files: string[]; definition?: string; expect?: object; expectYaml?: string; error?: object }

describe('merging values by the rule of luet', () => {
  it.each(cases as MergeCase[])('$name', (row) => {
    const sources = [...(row.definition === undefined ? [] : [row.definition]), ...row.files];
    const read = sources.map((text, index) => readValues(text, `v${index}.yaml`));
    const failed = read.flatMap((one) => one.problems).some((problem) => problem.severity === 'error');
    expect(failed).toBe(row.error !== undefined);
    if (failed) return;
    const merged = mergeValues(read.map((one) => one.values), 'luet');
    const expected = readValues(row.expectYaml!, 'expected.yaml');
    expect(merged).toEqual(expected.values);
    if (row.expect !== undefined) expect(valuesToJson(merged)).toEqual(row.expect);
  });
});

describe('merging values by presence', () => {
  it('lets an empty value of a later file win', () => {
    const low = valuesFromJson({ kernel: 'linux', flags: ['a'], deep: { on: true, kept: 1 } });
    const high = valuesFromJson({ kernel: '', flags: [], deep: { on: false } });
    expect(valuesToJson(mergeValues([low, high]))).toEqual({ kernel: '', flags: [], deep: { on: false, kept: 1 } });
  });

  it('lets the last of several files win', () => {
    const files = ['v: one\n', 'v: two\n', 'v: three\n'].map((text) => readValues(text, 'v.yaml').values);
    expect(valuesToJson(mergeValues(files))).toEqual({ v: 'three' });
  });
});
