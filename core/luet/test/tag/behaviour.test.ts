// What changes a tag and what does not, by changing real folders.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHash } from 'node:crypto';
import { appendFile, chmod, cp, mkdir, mkdtemp, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGoTemplateRender, hashDirectory, loadTree, planPackages, tagPlan, valuesFromJson } from '../../src/index.ts';
import type { TagPlanResult } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';

const trees = fileURLToPath(new URL('../fixtures/luet/trees', import.meta.url));

async function copyOf(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'luet-tags-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(trees, name), join(folder, 'tree'), { recursive: true });
  return join(folder, 'tree');
}

async function tagsOf(root: string, values: Record<string, unknown> = {}): Promise<TagPlanResult> {
  const tree = await loadTree({ roots: [root], reader: folderReader });
  const plan = planPackages({ tree, targets: 'all', values: [valuesFromJson(values)], render: createGoTemplateRender() });
  expect(plan.problems).toEqual([]);
  return await tagPlan({ plan, reader: folderReader });
}

async function tagOf(root: string, name: string, values?: Record<string, unknown>): Promise<string> {
  return (await tagsOf(root, values)).tags.get(name)!.chain.at(-1)!.packageHash;
}

const definition = (name: string): string => `name: "${name}"\ncategory: "t"\nversion: "1.0"\n`;

describe('a tag stays', () => {
  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a file is touched', (root) => utimes(join(root, 'z/build.yaml'), 1, 1)],
    ['a mode changes', (root) => chmod(join(root, 'z/build.yaml'), 0o600)],
    ['an empty folder appears', (root) => mkdir(join(root, 'z/empty'))],
    ['the package moves', (root) => rename(join(root, 'z'), join(root, 'deep-z'))],
    ['an unrelated package appears', async (root) => {
      await mkdir(join(root, 'n'));
      await writeFile(join(root, 'n/definition.yaml'), definition('n'));
    }],
  ])('when %s', async (_, change) => {
    const root = await copyOf('chain');
    const before = await tagOf(root, 'top-t-1.0');
    await change(root);
    expect(await tagOf(root, 'top-t-1.0')).toBe(before);
  });

  it('when a value changes that nothing uses', async () => {
    const root = await copyOf('chain');
    expect(await tagOf(root, 'top-t-1.0', { unused: 1 })).toBe(await tagOf(root, 'top-t-1.0'));
  });

  it('when a comment changes in a shared template', async () => {
    const root = await copyOf('collection');
    const before = await tagOf(root, 'c1-t-1.0');
    await appendFile(join(root, 'templates/w.yaml'), '\n# a remark\n');
    expect(await tagOf(root, 'c1-t-1.0')).toBe(before);
  });

  it('when a link takes the place of an equal file', async () => {
    const root = await copyOf('fields');
    const before = await tagOf(root, 'p-t-1.0+2');
    await rename(join(root, 'p/file.txt'), join(root, 'outside.txt'));
    await symlink(join(root, 'outside.txt'), join(root, 'p/file.txt'));
    expect(await tagOf(root, 'p-t-1.0+2')).toBe(before);
  });
});

describe('a tag changes', () => {
  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a comment in its recipe', (root) => appendFile(join(root, 'top/build.yaml'), '# x\n')],
    ['its definition', (root) => appendFile(join(root, 'top/definition.yaml'), 'description: x\n')],
    ['a file beside the recipe', (root) => writeFile(join(root, 'top/README.md'), 'x')],
    ['a file of a package below it', (root) => writeFile(join(root, 'm/file'), 'x')],
    ['a newer version of a package below it', async (root) => {
      await cp(join(root, 'm'), join(root, 'm2'), { recursive: true });
      await writeFile(join(root, 'm2/definition.yaml'), definition('m').replace('1.0', '1.1'));
    }],
  ])('with %s', async (_, change) => {
    const root = await copyOf('chain');
    const before = await tagOf(root, 'top-t-1.0');
    await change(root);
    expect(await tagOf(root, 'top-t-1.0')).not.toBe(before);
  });

  it('with a step in a shared template', async () => {
    const root = await copyOf('collection');
    const before = await tagOf(root, 'c1-t-1.0');
    await writeFile(join(root, 'templates/w.yaml'), '{{ define "w" }}\n- echo {{.Values.name}} again\n{{ end }}');
    expect(await tagOf(root, 'c1-t-1.0')).not.toBe(before);
  });
});

describe('the tag of an assembled base', () => {
  it('is the one thing that follows the content of requirements', async () => {
    const root = await copyOf('final');
    const before = (await tagsOf(root)).tags.get('os-t-1.0')!;
    await appendFile(join(root, 'x/build.yaml'), '- echo more\n');
    const after = (await tagsOf(root)).tags.get('os-t-1.0')!;
    expect(after.chain).toEqual(before.chain);
    expect(after.joinTag).not.toBe(before.joinTag);
  });

  it('is made of the tags of its parts, those parts with their full chains', async () => {
    const root = await copyOf('final');
    for (const [name, requires] of [['f1', ['base']], ['f2', ['base', 'f1']]] as const) {
      await mkdir(join(root, name));
      await writeFile(join(root, name, 'definition.yaml'), definition(name));
      const list = requires.map((one) => `- {name: ${one}, category: t, version: ">=0"}\n`).join('');
      await writeFile(join(root, name, 'build.yaml'), `requires:\n${list}requires_final_images: true\nunpack: true\n`);
    }
    const { tags } = await tagsOf(root);
    const base = tags.get('base-t-1.0')!.chain[0]!;
    const f1Line = await lineOf(root, 'f1');
    const baseLine = await lineOf(root, 'base');
    const fullF1 = createHash('sha256').update(baseLine + f1Line).digest('hex');
    const text = `${base.packageHash}base-t-1.0${fullF1}f1-t-1.0-join`;
    expect(tags.get('f2-t-1.0')!.joinTag).toBe(createHash('md5').update(text).digest('hex'));
    expect(tags.get('f1-t-1.0')!.chain).toHaveLength(1);
  });
});

/** The line of a package in the text below its tag. */
async function lineOf(root: string, name: string): Promise<string> {
  const { parseYaml, saltOf } = await import('../../src/index.ts');
  const { readBuildSpec } = await import('../../src/package/build-spec.ts');
  const hash = await hashDirectory(join(root, name), folderReader);
  const { root: node } = parseYaml({ text: await folderReader.readFile(join(root, name, 'build.yaml')), file: 'build.yaml' });
  return `t/${name} 1.0 installed${saltOf(readBuildSpec(node).spec!, hash.ok ? hash.hash : '')}\n`;
}

it.each(['a dangling link', 'a link to a folder'])('a folder with %s has no tag, and its plan goes on', async (kind) => {
  const root = await copyOf('chain');
  await symlink(kind === 'a dangling link' ? 'nowhere' : '../base', join(root, 'z/link'));
  const { tags, problems } = await tagsOf(root);
  expect(problems).toMatchObject([{ code: 'LUET_READ_FAILED', file: join(root, 'z/link') }]);
  expect(tags.has('z-t-1.0')).toBe(false);
  expect(tags.has('a-t-1.0')).toBe(true);
  await unlink(join(root, 'z/link'));
});
