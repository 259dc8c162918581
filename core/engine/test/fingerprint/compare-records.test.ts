import { expect, test } from 'vitest';
import { compareRecords, describeDifference } from '../../src/fingerprint/compare-records.ts';
import { compareManifests, manifestOf, parseManifest, serialiseManifest } from '../../src/fingerprint/manifest.ts';
import type { TaskRecord } from '../../src/model/task-record.ts';
import type { TreeEntry } from '../../src/fingerprint/hash-tree.ts';
import { asDigest } from '../../src/model/identity.ts';

const digest = (digit: string) => asDigest(`sha256:${digit.repeat(64)}`);
const base: TaskRecord = {
  format: 1,
  plugin: 'p',
  stage: 's',
  stageVersion: 1,
  options: { title: 'a', menu: { timeout: 5, items: [1] } },
  pluginOptions: {},
  inputs: { tree: [{ kind: 'file-tree', digest: digest('1'), from: 'src' }], parts: [{ kind: 'x', digest: digest('2'), from: 't#a:o' }, { kind: 'x', digest: digest('3'), from: 't#b:o' }] },
  tools: { sh: '1' },
  env: { A: null, B: 'b' },
  platform: 'linux/amd64',
  sourceDateEpoch: 0,
};
const reasons = (change: Partial<TaskRecord>, files?: Parameters<typeof compareRecords>[2]) => compareRecords(base, { ...base, ...change }, files).map(describeDifference);
const inputs = (port: string, list: TaskRecord['inputs'][string]) => ({ inputs: { ...base.inputs, [port]: list } });

test('equal records do not differ', () => {
  expect(reasons({})).toEqual([]);
  expect(reasons(inputs('tree', [{ kind: 'file-tree', digest: digest('1'), from: 'moved' }]))).toEqual([]);
});

test('each kind of difference has its line', () => {
  expect(reasons({ stageVersion: 2 })).toEqual(['the stage version changed: 1 → 2']);
  expect(reasons({ options: { title: 'b', menu: { timeout: 5, items: [2] }, extra: true } })).toEqual(['option `extra` is new: true', 'option `menu.items` changed: [1] → [2]', 'option `title` changed: "a" → "b"']);
  expect(reasons({ pluginOptions: { socket: 'x' } })).toEqual(['plugin option `socket` is new: "x"']);
  expect(reasons({ tools: { sh: '2' } })).toEqual(['tool `sh` changed: "1" → "2"']);
  expect(reasons({ env: { A: 'x', B: null } })).toEqual(['variable `A` is new: "x"', 'variable `B` is not set any more: it was "b"']);
  expect(reasons({ platform: 'linux/arm64' })).toEqual(['the platform changed: "linux/amd64" → "linux/arm64"']);
  expect(reasons(inputs('tree', [{ kind: 'file-tree', digest: digest('9'), from: 'src' }]))).toEqual(['input `tree` changed: src']);
  expect(reasons(inputs('parts', [...base.inputs['parts']!].reverse()))).toEqual(['the order of input `parts` changed']);
  expect(reasons(inputs('parts', [base.inputs['parts']![1]!]))).toEqual(['input `parts` lost t#a:o']);
  expect(reasons(inputs('parts', [...base.inputs['parts']!, { kind: 'x', digest: digest('4'), from: 't#c:o' }]))).toEqual(['input `parts` is new: t#c:o']);
});

test('changed files are named where both contents are known', () => {
  const entry = (path: string, content: string, type: TreeEntry['type'] = 'file'): TreeEntry => ({ path, type, content, executable: false, owner: '' });
  const before = manifestOf([entry('', '', 'directory'), entry('a', '1'), entry('b', '1'), entry('d', '', 'directory'), entry('d/x', '1')]);
  const after = manifestOf([entry('', '', 'directory'), entry('a', '2'), entry('c', '1'), entry('n', '', 'directory'), entry('n/y', '1')]);
  const files = compareManifests(before, parseManifest(serialiseManifest(after))!, 'src');
  expect(files).toEqual([
    { path: 'src/a', change: 'changed' },
    { path: 'src/b', change: 'removed' },
    { path: 'src/c', change: 'new' },
    { path: 'src/d/x', change: 'removed' },
    { path: 'src/n/y', change: 'new' },
  ]);
  expect(reasons(inputs('tree', [{ kind: 'file-tree', digest: digest('9'), from: 'src' }]), () => files)).toEqual(['input `tree` changed: src/a and 4 more']);
  expect(parseManifest('[["a"]]')).toBeUndefined();
  expect(parseManifest('{')).toBeUndefined();
});
