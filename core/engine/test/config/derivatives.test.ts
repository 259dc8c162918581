import { expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load-config.ts';
import { printDiagnostics } from '../../src/errors/print-diagnostic.ts';
import { defineDerivative } from '../../src/index.ts';
import { createWorkspace, type AnyConfig } from '../../src/testing.ts';
import { configOf, preset } from '../rig/config.ts';

async function resolve(derivatives: readonly unknown[], { files = {}, selected = [] }: { readonly files?: Readonly<Record<string, string>>; readonly selected?: readonly string[] } = {}) {
  await using workspace = await createWorkspace(files);
  const config = { ...configOf({}), derivatives } as unknown as AnyConfig;
  const { config: resolved, diagnostics } = await resolveConfig(config, workspace.join('cos.config.ts'), { cwd: workspace.path, values: [], set: [], derivatives: selected, platforms: [] });
  return { resolved, text: printDiagnostics(diagnostics, { workspace: workspace.path, color: false }).replaceAll(/\n {2}at \S*derivatives\.test\.ts:\d+:\d+(?:\n {4}.*)*/g, '') };
}

const base = defineDerivative({ name: 'base', title: 'Base OS', version: '1.0.0', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: ['packages'], referenceTrees: ['upstream'], valuesFiles: ['base.yaml'], values: { kernel: 'rt', own: { a: 1, b: 1 } }, system: 'system/base' });
const files = { 'base.yaml': 'file: base\nkernel: file\n', 'edge.yaml': 'file: edge\nown: {c: 3}\n' };

test('a derivative has everything of the one that it is from, under what it says itself', async () => {
  const edge = defineDerivative({ name: 'edge', from: base, platforms: ['linux/arm64'], trees: ['edge/packages'], valuesFiles: ['edge.yaml'], values: { own: { b: 2 } }, system: { dockerfile: './edge/Dockerfile' } });
  const { resolved, text } = await resolve([base, edge], { files });
  expect(text).toBe('');
  expect(resolved?.derivatives[1]).toMatchObject({ name: 'edge', title: 'Base OS', version: '1.0.0', platforms: ['linux/arm64'], trees: ['packages', 'edge/packages'], referenceTrees: ['upstream'], system: { dockerfile: 'edge/Dockerfile' } });
  expect(resolved?.variants.map(({ scope }) => scope)).toEqual(['base/amd64', 'base/arm64', 'edge/arm64']);
  expect(resolved?.variants[2]?.values).toEqual({ kernel: 'rt', boot: { timeout: 5, console: 'ttyAMA0' }, packages: ['a', 'b'], file: 'edge', own: { a: 1, b: 2, c: 3 } });
  expect(resolved?.variants[2]?.layers.map(({ what }) => what)).toEqual(['distribution "preset"', 'platform linux/arm64 of distribution "preset"', 'values file "base.yaml"', 'derivative "base"', 'values file "edge.yaml"', 'derivative "edge"']);
});

test('a derivative that says nothing itself is the other one under another name', async () => {
  const { resolved, text } = await resolve([defineDerivative({ name: 'copy', from: base })], { files });
  expect(text).toBe('');
  expect(resolved?.derivatives[0]).toMatchObject({ name: 'copy', title: 'Base OS', version: '1.0.0', platforms: ['linux/amd64', 'linux/arm64'], trees: ['packages'], system: 'system/base' });
});

test('derivatives may be from one that is not in the config, over several steps', async () => {
  const middle = defineDerivative({ name: 'middle', from: base, trees: ['middle'], values: { own: { a: 2 } } });
  const { resolved, text } = await resolve([defineDerivative({ name: 'top', version: '2', from: middle, trees: ['packages', 'top'] })], { files });
  expect(text).toBe('');
  expect(resolved?.derivatives[0]).toMatchObject({ version: '2', trees: ['packages', 'middle', 'top'] });
  expect(resolved?.variants[0]?.values['own']).toEqual({ a: 2, b: 1 });
});

test('what a compiler would refuse is refused', async () => {
  const wrong = { name: 'wrong', from: { ...base, platforms: ['linux/amd64'], tree: 'x' }, platforms: ['linux/arm64'], system: { dockerfile: '../Dockerfile', contxt: '.', buildArgs: { A: 1 } } };
  const { resolved, text } = await resolve([wrong, { name: 'plain', from: preset }], { files });
  expect(text).toMatchInlineSnapshot(`
    "error COS_CONFIG_UNKNOWN_FIELD: Derivative "base" has an unknown field "tree".
      at cos.config.ts:1
      hint: Did you mean "trees"?

    error COS_CONFIG_SHAPE: Expected platforms of derivative "base" (linux/amd64) as "platforms" of derivative "wrong"; found "linux/arm64".
      at cos.config.ts:1

    error COS_CONFIG_UNKNOWN_FIELD: "system" of derivative "wrong" has an unknown field "contxt".
      at cos.config.ts:1
      hint: Did you mean "context"?

    error COS_CONFIG_PATH: Expected paths below the workspace as "system.dockerfile" of derivative "wrong"; found "../Dockerfile".
      at cos.config.ts:1

    error COS_CONFIG_SHAPE: Expected a map of texts as "system.buildArgs" of derivative "wrong"; found {"A":1}.
      at cos.config.ts:1

    error COS_CONFIG_SHAPE: Expected a list of one of linux/amd64, linux/arm64 as "platforms" of derivative "plain"; found nothing.
      at cos.config.ts:1"
  `);
  expect(resolved?.variants).toEqual([]);
});

test('a circle of derivatives, which only a changed object can have, ends', async () => {
  const one: Record<string, unknown> = { name: 'one', platforms: ['linux/amd64'] };
  const two = { name: 'two', from: one };
  one['from'] = two;
  expect((await resolve([one])).text).toContain('Expected a distribution or another derivative as "from" of derivative "two"');
});

test('problems of the values of a derivative that is not selected are kept for who asks for it', async () => {
  const broken = defineDerivative({ name: 'broken', from: preset, platforms: ['linux/amd64'], valuesFiles: ['gone.yaml'] });
  const plain = defineDerivative({ name: 'plain', from: preset, platforms: ['linux/amd64'] });
  const { resolved, text } = await resolve([broken, plain], { selected: ['plain'] });
  expect(text).toBe('');
  expect(resolved?.variants.map(({ derivative }) => derivative.name)).toEqual(['plain']);
  expect(resolved?.allVariants.map(({ derivative, problems }) => [derivative.name, problems.map(({ code }) => code)])).toEqual([['broken', ['COS_CONFIG_UNREADABLE']], ['plain', []]]);
});
