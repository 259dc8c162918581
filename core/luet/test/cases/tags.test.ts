// Cases 37 to 49 and 51 of luet's behaviour: what a tag is made of, what changes it and what does not, by changing real folders.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHash } from 'node:crypto';
import { appendFile, chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tagFixtures from '../fixtures/luet/tags.json' with { type: 'json' };
import vectors from '../fixtures/luet/hash-vectors.json' with { type: 'json' };
import { describeChainImages, hashDirectory, hashSpec, loadTree, parseYaml, planPackages, readBuildSpec, saltOf, tagChain, tagPlan, valuesFromJson } from '../../src/index.ts';
import type { PackagePlan, TagPlanResult } from '../../src/index.ts';
import { folderReader } from '../rig/folder-reader.ts';
import { render } from '../rig/render.ts';
import { definition, requires, writeFiles } from '../rig/written-tree.ts';

const fixtures = fileURLToPath(new URL('../fixtures/luet', import.meta.url));

async function copyOf(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'luet-tags-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(fixtures, 'trees', name), join(folder, 'tree'), { recursive: true });
  return join(folder, 'tree');
}

interface Tagged extends TagPlanResult {
  readonly plan: PackagePlan;
}

async function tagsOf(root: string, values: Record<string, unknown> = {}): Promise<Tagged> {
  const tree = await loadTree({ roots: [root], reader: folderReader });
  const plan = planPackages({ tree, targets: 'all', values: [valuesFromJson(values)], render });
  expect(plan.problems).toEqual([]);
  return { ...(await tagPlan({ plan, reader: folderReader })), plan };
}

async function tagOf(root: string, name: string, values?: Record<string, unknown>): Promise<string> {
  return (await tagsOf(root, values)).tags.get(name)!.chain.at(-1)!.packageHash;
}

function recorded(tree: string, target: string): string {
  return tagFixtures.cases.find((one) => one.tree === tree && one.target === target)!.chain.at(-1)!.tag;
}

describe('37: the recorded steps of the derivation', () => {
  it.each(vectors.signature)('structural hash of $name', ({ spec, decimal }) => {
    expect(String(hashSpec(readBuildSpec(parseYaml({ text: JSON.stringify(spec), file: 'build.yaml' }).root).spec!))).toBe(decimal);
  });

  it.each(vectors.dirhash)('folder $dir', async ({ dir, hash }) => {
    expect(await hashDirectory(join(fixtures, dir), folderReader)).toEqual({ ok: true, hash });
  });

  it('chain of tags', () => {
    const { salts, packageHash, buildHash, builderTagOfTarget } = vectors.chain;
    const tags = tagChain(['base', 'z'].map((name, index) => ({ category: 't', name, version: '1.0', salt: salts[index]! })));
    expect(tags.map((one) => one.packageHash)).toEqual(packageHash);
    expect(tags.map((one) => one.buildHash)).toEqual(buildHash);
    expect(tags.at(-1)!.builderTag).toBe(builderTagOfTarget);
  });
});

it('38: a recipe with every field has the recorded tag and Dockerfiles', async () => {
  const { tags, plan } = await tagsOf(join(fixtures, 'trees/fields'));
  expect(tags.get('p-t-1.0+2')!.chain.at(-1)!.packageHash).toMatch(/^2dbc6f95/);
  const [image] = describeChainImages({ plan, tags, target: plan.packages[0]!, repository: 'R/cache' });
  expect(image!.dockerfiles).toEqual({
    builder: await readFile(join(fixtures, 'dockerfiles/fields/p-t-1.0-2-builder.dockerfile'), 'utf8'),
    package: await readFile(join(fixtures, 'dockerfiles/fields/p-t-1.0-2.dockerfile'), 'utf8'),
  });
});

it('39: a tree of collections, shared templates, values, copies and archives has the tags that the derivation gives by hand', async () => {
  const root = await copyOf('collection');
  await writeFiles(root, {
    'tool/definition.yaml': definition('tool'),
    'tool/build.yaml': '{{ if .Values.arch }}\nimage: "{{ .Values.image }}-{{ .Values.arch }}"\n{{ end }}\nsteps:\n{{ template "w" . }}\n',
    'app/definition.yaml': definition('app', '1.0', requires('c1')),
    'app/build.yaml': `${requires('tool', 'c2')}copy:\n- package: {name: "c1", category: "t", version: ">=0"}\n  source: /a\n  destination: /b\nsteps:\n- make\n`,
    'os/definition.yaml': definition('os'),
    'os/build.yaml': `${requires('app')}requires_final_images: true\nunpack: true\nexcludes:\n- ^/luetbuild\n`,
    'top/definition.yaml': definition('top'),
    'top/build.yaml': requires('os'),
  });
  const { tags, plan } = await tagsOf(root, { image: 'debian', arch: 'amd64', q: 'x' });
  const line = async (name: string, folder: string): Promise<string> => {
    const spec = plan.rendered.find((one) => one.package.definition.name === name)!.spec;
    const hash = await hashDirectory(join(root, folder), folderReader);
    return `t/${name} 1.0 installed${hashSpec(spec)}${hash.ok ? hash.hash : ''}\n`;
  };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const [c1, c2, tool, app, os, top] = await Promise.all([['c1', 'c'], ['c2', 'c'], ['tool', 'tool'], ['app', 'app'], ['os', 'os'], ['top', 'top']].map(([name, folder]) => line(name!, folder!)));
  expect(Object.fromEntries([...tags].map(([name, one]) => [name, one.chain.at(-1)!.packageHash]))).toEqual({
    'c1-t-1.0': sha256(c1!),
    'c2-t-1.0': sha256(c2!),
    'tool-t-1.0': sha256(tool!),
    'app-t-1.0': sha256(`${c2}${tool}${app}`),
    'os-t-1.0': sha256(os!),
    'top-t-1.0': sha256(`${os}${top}`),
  });
  const parts = `${sha256(c1!)}c1-t-1.0${sha256(`${c2}${tool}${app}`)}app-t-1.0`;
  expect(tags.get('os-t-1.0')!.joinTag).toBe(createHash('md5').update(`${parts}-join`).digest('hex'));
});

describe('40: a tag stays', () => {
  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a file is touched', (root) => utimes(join(root, 'z/build.yaml'), 1, 1)],
    ['a mode changes', (root) => chmod(join(root, 'z/build.yaml'), 0o600)],
    ['an empty folder appears', (root) => mkdir(join(root, 'z/empty'))],
    ['the package moves', (root) => rename(join(root, 'z'), join(root, 'deep-z'))],
    ['an unrelated package appears', (root) => writeFiles(root, { 'n/definition.yaml': definition('n') })],
  ])('when %s', async (_, change) => {
    const root = await copyOf('chain');
    await change(root);
    expect(await tagOf(root, 'top-t-1.0')).toBe(recorded('chain', 't/top'));
  });
});

describe('41: a tag changes', () => {
  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a comment in its recipe', (root) => appendFile(join(root, 'top/build.yaml'), '# x\n')],
    ['a description in its definition', (root) => appendFile(join(root, 'top/definition.yaml'), 'description: x\n')],
    ['a file beside the recipe', (root) => writeFile(join(root, 'top/README.md'), 'x')],
  ])('with %s', async (_, change) => {
    const root = await copyOf('chain');
    await change(root);
    expect(await tagOf(root, 'top-t-1.0')).not.toBe(recorded('chain', 't/top'));
  });
});

it('42: a tag stays when a comment is added to a shared template', async () => {
  const root = await copyOf('collection');
  await appendFile(join(root, 'templates/w.yaml'), '\n# a remark\n');
  expect(await tagOf(root, 'c1-t-1.0')).toBe(recorded('collection', 't/c1'));
});

it('43: a tag changes with a step in a shared template', async () => {
  const root = await copyOf('collection');
  await writeFile(join(root, 'templates/w.yaml'), '{{ define "w" }}\n- echo {{.Values.name}} again\n{{ end }}');
  expect(await tagOf(root, 'c1-t-1.0')).not.toBe(recorded('collection', 't/c1'));
});

describe('44: a tag changes', () => {
  it.each<[string, (root: string) => Promise<unknown>]>([
    ['a file of a package below it', (root) => writeFile(join(root, 'm/file'), 'x')],
    ['a newer version of a package below it', (root) => writeFiles(root, { 'm2/definition.yaml': definition('m', '1.1'), 'm2/build.yaml': requires('base') })],
  ])('with %s', async (_, change) => {
    const root = await copyOf('chain');
    await change(root);
    expect(await tagOf(root, 'top-t-1.0')).not.toBe(recorded('chain', 't/top'));
  });
});

it('45: a tag stays when a value changes that nothing uses, and says nothing of the repository', async () => {
  const root = await copyOf('chain');
  const { tags, plan } = await tagsOf(root, { unused: 1 });
  const target = plan.packages.find((one) => one.name === 'top')!;
  const tagsIn = (repository: string): string[] => describeChainImages({ plan, tags, target, repository }).map((one) => one.package.slice(repository.length + 1));
  expect(tagsIn('one/cache')).toEqual(tagsIn('two/cache'));
  expect(tagsIn('one/cache').at(-1)).toBe(recorded('chain', 't/top'));
});

it('46: a tag stays when a link takes the place of an equal file', async () => {
  const root = await copyOf('fields');
  await rename(join(root, 'p/file.txt'), join(root, 'outside.txt'));
  await symlink(join(root, 'outside.txt'), join(root, 'p/file.txt'));
  expect(await tagOf(root, 'p-t-1.0+2')).toBe(recorded('fields', 't/p'));
});

it.each(['a dangling link', 'a link to a folder'])('47: a folder with %s has no tag, and the rest of the plan has', async (kind) => {
  const root = await copyOf('chain');
  await symlink(kind === 'a dangling link' ? 'nowhere' : '../base', join(root, 'z/link'));
  const { tags, problems } = await tagsOf(root);
  expect(problems).toMatchObject([{ code: 'LUET_READ_FAILED', file: join(root, 'z/link') }]);
  expect(tags.has('z-t-1.0')).toBe(false);
  expect(tags.has('a-t-1.0')).toBe(true);
});

it('48: the content of a requirement changes the tag of the assembled base and not that of the package on it', async () => {
  const root = await copyOf('final');
  const before = (await tagsOf(root)).tags.get('os-t-1.0')!;
  await appendFile(join(root, 'x/build.yaml'), '- echo more\n');
  const after = (await tagsOf(root)).tags.get('os-t-1.0')!;
  expect(after.chain).toEqual(before.chain);
  expect(after.joinTag).not.toBe(before.joinTag);
});

it('49: the content of a package that is copied from does not change the tag, but its own', async () => {
  const root = await copyOf('copypkg');
  await appendFile(join(root, 'src/build.yaml'), '- echo more\n');
  expect(await tagOf(root, 'dst-t-1.0')).toBe(recorded('copypkg', 't/dst'));
  expect(await tagOf(root, 'src-t-1.0')).not.toBe(recorded('copypkg', 't/src'));
});

it('51: the tag of an assembled base is made of the tags of its parts, those parts with their full chains', async () => {
  const root = await copyOf('final');
  await writeFiles(root, {
    'f1/definition.yaml': definition('f1'),
    'f1/build.yaml': `${requires('base')}requires_final_images: true\nunpack: true\n`,
    'f2/definition.yaml': definition('f2'),
    'f2/build.yaml': `${requires('base', 'f1')}requires_final_images: true\nunpack: true\n`,
  });
  const { tags } = await tagsOf(root);
  const base = tags.get('base-t-1.0')!.chain[0]!;
  const fullF1 = createHash('sha256').update((await lineOf(root, 'base')) + (await lineOf(root, 'f1'))).digest('hex');
  const text = `${base.packageHash}base-t-1.0${fullF1}f1-t-1.0-join`;
  expect(tags.get('f2-t-1.0')!.joinTag).toBe(createHash('md5').update(text).digest('hex'));
  expect(tags.get('f1-t-1.0')!.chain).toHaveLength(1);
});

/** The line of a package in the text below its tag. */
async function lineOf(root: string, name: string): Promise<string> {
  const hash = await hashDirectory(join(root, name), folderReader);
  const { root: node } = parseYaml({ text: await folderReader.readFile(join(root, name, 'build.yaml')), file: 'build.yaml' });
  return `t/${name} 1.0 installed${saltOf(readBuildSpec(node).spec!, hash.ok ? hash.hash : '')}\n`;
}
