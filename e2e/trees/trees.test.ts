import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCos } from '../rig/cos.ts';
import { checkout } from '../rig/workspace.ts';

// Commands on trees, where no config is: recordings of luet on small trees, and the sample tree of the checkout.

const folder = mkdtempSync(join(tmpdir(), 'cos-e2e-'));
const nowhere = { folder, path: (...parts: readonly string[]) => join(folder, ...parts) };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const recordings = join(checkout, 'core/luet/test/fixtures/luet');

interface Recorded {
  readonly tree: string;
  readonly target: string;
  readonly values?: string;
  readonly chain: readonly { readonly package: string; readonly tag: string }[];
}

const { cases } = JSON.parse(readFileSync(join(recordings, 'tags.json'), 'utf8')) as { readonly cases: readonly Recorded[] };
const groups = Map.groupBy(cases, ({ tree, values }) => `${tree}${values === undefined ? '' : ` with ${values}`}`);

describe('cos tags prints the tags that luet prints', () => {
  test.each([...groups])('tree %s', async (_, group) => {
    const { tree = '', values } = group[0] ?? {};
    const words = ['tags', '--tree', join(recordings, 'trees', tree), '--format', 'chain', '--values-merge', 'luet', ...(values === undefined ? [] : ['--values', join(recordings, values)])];
    const run = await runCos(nowhere, [...words, ...group.map(({ target }) => target)]);
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toBe(group.map(({ target, chain }) => `@ ${target}\n${chain.map((element) => `${element.package} ${element.tag}\n`).join('')}`).join(''));
  });
});

describe('the sample tree with a preset\'s values file', () => {
  const tree = ['--tree', join(checkout, 'packages'), '--values', join(checkout, 'templates/src/distributions/debian/values.yaml')];

  test('is valid', async () => {
    expect(await runCos(nowhere, ['validate', ...tree])).toMatchObject({ exitCode: 0, stdout: '6 packages: no problems\n', stderr: '' });
  });

  test('is listed, also backwards', async () => {
    const { stdout } = await runCos(nowhere, ['packages', '--json', ...tree]);
    expect(JSON.parse(stdout)).toMatchObject({ packages: [{ name: 'sample-service' }, { name: 'base' }, { name: 'branding' }, { name: 'initrd' }, { name: 'kernel' }, { name: 'sample-os' }] });
    expect((await runCos(nowhere, ['packages', '--revdeps', 'system/kernel', ...tree])).stdout).toMatch(/^system\/initrd@\S+ +needs .*\nsystem\/sample-os@\S+ +needs .*\n$/);
  });

  test('is rendered', async () => {
    expect((await runCos(nowhere, ['render', 'system/base', '--part', 'recipe', ...tree])).stdout).toContain('image: "debian:bookworm"\n');
  });
});

test('in a workspace, --tree looks at that tree alone, without the values of its derivatives', async () => {
  const workspace = { folder: checkout, path: (...parts: readonly string[]) => join(checkout, ...parts) };
  expect((await runCos(workspace, ['tags'])).stdout).toContain('\nsystem/sample-os-');
  const recorded = cases.find(({ tree, values }) => tree === 'values' && values === undefined);
  const run = await runCos(workspace, ['tags', recorded?.target ?? '', '--tree', join(recordings, 'trees/values')]);
  expect(run.stdout).toBe(recorded?.chain.map((element) => `${element.package} ${element.tag}\n`).join(''));
});

test('without a config and without a tree the commands say what is missing', async () => {
  const run = await runCos(nowhere, ['validate']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain('COS_RESOLVE_NO_TREE');
});
