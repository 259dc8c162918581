// Trees of others: what they have can be required, and gives way to one's own.
import { describe, expect, it } from 'vitest';
import { createGoTemplateRender, loadTree, planPackages } from '../../src/index.ts';
import { memoryReader } from '../rig/memory-tree.ts';

const definition = (name: string, version = '1.0', more = '') => `category: t\nname: ${name}\nversion: "${version}"\n${more}`;
const requires = (name: string) => `requires:\n- {category: t, name: ${name}, version: ">=0"}\nsteps:\n- make\n`;
const image = (name: string) => `image: ${name}\nsteps:\n- make\n`;

const files = {
  'up/base/definition.yaml': definition('base'),
  'up/base/build.yaml': image('upstream'),
  'up/lib/definition.yaml': definition('lib'),
  'up/lib/build.yaml': requires('base'),
  'up/unused/definition.yaml': definition('unused'),
  'up/unused/build.yaml': image('upstream'),
  'own/os/definition.yaml': definition('os'),
  'own/os/build.yaml': requires('lib'),
};

async function plan(more: Readonly<Record<string, string>> = {}, targets: readonly string[] | 'all' = 'all') {
  const tree = await loadTree({ roots: ['own'], references: ['up'], reader: memoryReader({ ...files, ...more }) });
  const { packages, problems, unrelated } = planPackages({ tree, targets, render: createGoTemplateRender() });
  return { tree, packages, problems, unrelated, roles: packages.map((one) => `${one.fingerprintName} ${one.role}`) };
}

describe('packages of reference trees', () => {
  it('are in the plan where something needs them, and no targets by themselves', async () => {
    const { problems, roles } = await plan();
    expect(problems).toEqual([]);
    expect(roles).toEqual(['base-t-1.0 parent', 'lib-t-1.0 parent', 'os-t-1.0 target']);
  });

  it('can be asked for by name', async () => {
    expect((await plan({}, ['t/unused'])).roles).toEqual(['unused-t-1.0 target']);
  });

  it('give way to equal ones, with a note', async () => {
    const { tree, packages } = await plan({ 'own/z/definition.yaml': definition('base'), 'own/z/build.yaml': image('mine') });
    expect(packages.find((one) => one.name === 'base')!.spec.image).toBe('mine');
    expect(tree.problems).toMatchObject([
      { severity: 'note', code: 'LUET_DUPLICATE_PACKAGE', file: 'own/z/definition.yaml', message: 'base-t-1.0 is in the reference tree up, too; this one wins', related: [{ location: { file: 'up/base/definition.yaml' } }] },
    ]);
  });

  it('win with a newer version, as any package does', async () => {
    const { packages } = await plan({ 'own/z/definition.yaml': definition('base', '0.9'), 'own/z/build.yaml': image('mine') });
    expect(packages.find((one) => one.name === 'lib')!.chain.map((one) => one.fingerprintName)).toEqual(['base-t-1.0', 'lib-t-1.0']);
  });
});

describe('mistakes in reference trees', () => {
  const broken = { 'up/bad/definition.yaml': 'category: [\n', 'up/worse/definition.yaml': definition('worse'), 'up/worse/build.yaml': '{{ nope }}' };

  it('stop nothing that does not need them', async () => {
    const { problems, unrelated } = await plan(broken);
    expect(problems).toEqual([]);
    expect(unrelated.map(({ code, file }) => `${code} ${file}`)).toEqual(['LUET_YAML_SYNTAX up/bad/definition.yaml', 'LUET_RENDER_FAILED up/worse/build.yaml']);
  });

  it('stop what does, as those in own trees stop everything', async () => {
    expect((await plan({ ...broken, 'own/os/build.yaml': requires('worse') })).problems).toMatchObject([{ code: 'LUET_RENDER_FAILED', file: 'up/worse/build.yaml' }]);
    expect((await plan({ 'own/bad/definition.yaml': 'category: [\n' })).problems).toMatchObject([{ code: 'LUET_YAML_SYNTAX', file: 'own/bad/definition.yaml' }]);
  });

  it('count when the tree itself cannot be read', async () => {
    const tree = await loadTree({ roots: ['own'], references: ['gone'], reader: memoryReader({ 'own/os/definition.yaml': definition('os') }) });
    expect(planPackages({ tree, targets: 'all', render: createGoTemplateRender() }).problems).toMatchObject([{ code: 'LUET_READ_FAILED', file: 'gone' }]);
  });
});
