import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/load-config.ts';
import { createDeclaration, defineDerivative, defineDistribution, type DeclarationContext } from '../../src/index.ts';
import { planConfig } from '../../src/testing.ts';
import { createWorkspace } from '../../src/testing/temporary-workspace.ts';
import { configOf, preset } from '../rig/config.ts';

// A function of a plugin that users call in their config.
function defineThing<V = unknown>(given: object | ((context: DeclarationContext<V>) => unknown)) {
  return createDeclaration<'package', V>('package', given, defineThing);
}

async function load(packages: readonly unknown[], set: readonly string[] = []) {
  const derivative = { name: 'sample', version: '1.0', from: preset, platforms: ['linux/amd64', 'linux/arm64'], trees: [], packages };
  return resolveConfig({ ...configOf({}), derivatives: [derivative] }, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set, derivatives: [], platforms: [] });
}

describe('what a config declares for plugins', () => {
  test('is carried as it is, with the place of the call', async () => {
    const data = { name: 'a' };
    const { config, diagnostics } = await load([defineThing(data)]);
    expect(diagnostics).toEqual([]);
    const [first] = config?.variants[0]?.packages ?? [];
    expect(first?.data).toBe(data);
    expect(first?.declaredAt).toMatch(/declared\.test\.ts:\d+:\d+$/);
  });

  test('may depend on the values of each platform, with all that overlays them', async () => {
    const made = defineThing<{ readonly name: string }>(({ values, platform, derivative }) => [values.name, platform, derivative.name, derivative.version]);
    const { config } = await load([made], ['name=other']);
    expect(config?.variants.map(({ packages }) => packages.map(({ data }) => data))).toEqual([[['other', 'linux/amd64', 'sample', '1.0']], [['other', 'linux/arm64', 'sample', '1.0']]]);
  });

  test('is refused when its function throws, where it throws, and when nothing has made it', async () => {
    const throwing = defineThing(() => {
      throw new TypeError('no such value');
    });
    const thrown = await load([throwing]);
    expect(thrown.diagnostics).toMatchObject([{ code: 'COS_CONFIG_DECLARATION', message: 'The function of a package that the config declares threw TypeError: no such value' }]);
    expect(thrown.diagnostics[0]?.place?.file).toMatch(/declared\.test\.ts$/);
    const { config, diagnostics } = await load([defineThing({ name: 'a' }), { name: 'a' }, createDeclaration('service', {}, load)]);
    expect(diagnostics.map(({ code, message }) => [code, message.replace(/; found .*/, '')])).toEqual([
      ['COS_CONFIG_SHAPE', 'Expected packages made by definePackage({...}) as "packages.1" of derivative "sample"'],
      ['COS_CONFIG_SHAPE', 'Expected packages made by definePackage({...}) as "packages.2" of derivative "sample"'],
    ]);
    expect(config?.variants).toEqual([]);
  });

  test('is also of those that are from the derivative, before their own, with their values', async () => {
    const shared = defineThing<{ readonly kernel: string }>(({ values, derivative }) => [derivative.name, values.kernel]);
    const own = defineThing({ name: 'own' });
    const base = defineDerivative({ name: 'base', from: preset, platforms: ['linux/amd64'], packages: [shared] });
    const derivatives = [base, defineDerivative({ name: 'child', from: base, packages: [own, shared], values: { kernel: 'rt' } })];
    const { config, diagnostics } = await resolveConfig({ ...configOf({}), derivatives }, '/nowhere/cos.config.ts', { cwd: '/nowhere', values: [], set: [], derivatives: [], platforms: [] });
    expect(diagnostics).toEqual([]);
    expect(config?.variants.map(({ packages }) => packages.map(({ data }) => data))).toEqual([[['base', 'default']], [['child', 'rt'], { name: 'own' }]]);
  });

  test('reaches the plan function of a target', async () => {
    await using workspace = await createWorkspace({});
    const seen: unknown[] = [];
    const tiny = defineDistribution({ name: 'tiny', values: { a: 1 }, platforms: { 'linux/amd64': {} } });
    const config = {
      plugins: [],
      derivatives: [defineDerivative({ name: 'sample', from: tiny, platforms: ['linux/amd64'], trees: [], packages: [defineThing({ name: 'a' })] })],
      targets: {
        look: {
          description: 'looks',
          plan({ packages }: { readonly packages: readonly { readonly data: unknown }[] }) {
            seen.push(...packages.map(({ data }) => data));
            return [];
          },
        },
      },
    };
    const { text } = await planConfig(config, { workspace: workspace.path });
    expect([text, seen]).toEqual(['', [{ name: 'a' }]]);
  });
});
