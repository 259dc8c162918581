import { expect, test } from 'vitest';
import { fingerprintOf } from '../../src/fingerprint/fingerprint.ts';
import type { TaskRecord } from '../../src/model/task-record.ts';
import { asDigest } from '../../src/model/identity.ts';

const [a, b] = ['a', 'b'].map((digit) => asDigest(`sha256:${digit.repeat(64)}`)) as [ReturnType<typeof asDigest>, ReturnType<typeof asDigest>];
const record: TaskRecord = {
  format: 1,
  plugin: 'iso',
  stage: 'image',
  stageVersion: 2,
  options: { title: 'x', list: [1, 2] },
  pluginOptions: {},
  inputs: { root: [{ kind: 'package-archive', digest: a, from: 'squash.pack#os:archive' }], extra: [{ kind: 'file-tree', digest: a, from: 'x' }, { kind: 'file-tree', digest: b, from: 'y' }] },
  tools: { xorriso: '1.5.4' },
  env: { TITLE: null },
  platform: 'linux/amd64',
  sourceDateEpoch: 315532800,
};

test('a fingerprint is pinned: a change of it makes every cache useless and needs a new format', () => {
  expect(fingerprintOf(record)).toMatchInlineSnapshot(`"a2fe33097912465a0bf66a46d877d34692da805c7325d9bd694a2338d136b811"`);
});

test('where an input came from does not count', () => {
  const moved = { ...record, inputs: { ...record.inputs, root: [{ kind: 'package-archive', digest: a, from: 'elsewhere' }] } };
  expect(fingerprintOf(moved)).toBe(fingerprintOf(record));
});

test('everything else counts', () => {
  const [x, y] = record.inputs['extra']!;
  const changes: readonly Partial<TaskRecord>[] = [
    { plugin: 'iso2' },
    { stage: 'image2' },
    { stageVersion: 3 },
    { options: { title: 'y', list: [1, 2] } },
    { options: { title: 'x', list: [2, 1] } },
    { pluginOptions: { a: 1 } },
    { inputs: { ...record.inputs, root: [{ kind: 'package-archive', digest: b, from: 'squash.pack#os:archive' }] } },
    { inputs: { ...record.inputs, root: [{ kind: 'repository', digest: a, from: 'squash.pack#os:archive' }] } },
    { inputs: { ...record.inputs, extra: [y!, x!] } },
    { inputs: { ...record.inputs, extra: [x!] } },
    { inputs: { extra: record.inputs['extra']!, root: record.inputs['root']! } },
    { tools: { xorriso: '1.5.6' } },
    { tools: {} },
    { env: { TITLE: '' } },
    { env: {} },
    { platform: null },
    { platform: 'linux/arm64' },
    { sourceDateEpoch: 0 },
  ];
  const fingerprints = changes.map((change) => fingerprintOf({ ...record, ...change }));
  expect(new Set([fingerprintOf(record), ...fingerprints]).size).toBe(changes.length + 1);
});
