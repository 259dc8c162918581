import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorkspace, runStage, type TemporaryWorkspace } from '@cos/core/testing';
import { createFolderReader, createGoTemplateRender, createRecord, describeTagChains, hashDirectory, loadTree, planPackages, saltOf, tagPlan, valuesFromJson, writeHashedPackage } from '@cos/luet';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import { readImageTags, type ImageTagsFile } from '../../src/tags/image-tags.ts';

const files: Record<string, string> = {
  'base/definition.yaml': 'category: t\nname: base\nversion: "1.0"\n',
  'base/build.yaml': 'image: "base:1"\nprelude: [mkdir /a]\nsteps: [touch /a/b]\n',
  'base/file': 'content\n',
  'app/definition.yaml': 'category: t\nname: app\nversion: "1.0+2"\n',
  'app/build.yaml': 'requires: [{category: t, name: base, version: ">=0"}]\nenv: [A=b]\nsteps: [make]\nincludes: ["^/usr"]\n',
  'copier/definition.yaml': 'category: t\nname: copier\nversion: "1.0"\n',
  'copier/build.yaml': 'image: "base:1"\ncopy:\n- {package: {category: t, name: base, version: ">=0"}, source: /a, destination: /b}\n- {image: "other:1", source: /c, destination: /d}\nsteps: [make]\n',
  'os/definition.yaml': 'category: t\nname: os\nversion: "1.0"\n',
  'os/build.yaml': 'requires: [{category: t, name: app, version: ">=0"}]\nrequires_final_images: true\nunpack: true\n',
};

interface Tagged {
  readonly found: ImageTagsFile;
  /** What `cos tags` says: the tag of each package, and of its assembled base. */
  readonly expected: Readonly<Record<string, string>>;
  readonly joins: Readonly<Record<string, string | undefined>>;
  readonly tagOf: (name: string) => string | undefined;
}

async function tag(workspace: TemporaryWorkspace): Promise<Tagged> {
  const root = workspace.join('tree');
  const reader = createFolderReader({ roots: [root] });
  const plan = planPackages({ tree: await loadTree({ roots: [root], reader }), targets: 'all', values: [valuesFromJson({})], render: createGoTemplateRender({}) });
  expect(plan.problems).toEqual([]);
  const hashes = await Promise.all(
    plan.rendered.map(async ({ package: { definition, dir = '', fingerprintName }, spec }) => {
      const path = workspace.join(`${fingerprintName}.json`);
      const hashed = await hashDirectory(dir, createFolderReader({ roots: [dir] }));
      await writeFile(path, writeHashedPackage({ record: createRecord(definition), hash: hashed.ok ? { ok: true, salt: saltOf(spec, hashed.hash) } : { ok: false, problem: hashed.problem.message } }));
      return { path, meta: { category: definition.category, name: definition.name, version: definition.version } };
    }),
  );
  const chains = describeTagChains(plan).map(({ elements, parts }) => ({
    elements: elements.map(({ image, ...element }) => ({ ...element, ...(image === undefined ? {} : { image }) })),
    ...(parts === undefined ? {} : { parts: parts.map((part) => [...part]) }),
  }));
  await using ran = await runStage(dockerBuild(), 'tags', { inputs: { hashes }, options: { chains, pull: ['registry.example/cache'] } });
  expect(ran.text).toBe('');
  const { tags } = await tagPlan({ plan, reader });
  const found = readImageTags(readFileSync(ran.outputs.tags.path, 'utf8'));
  return {
    found,
    expected: Object.fromEntries([...tags].map(([name, { chain }]) => [name, chain.at(-1)!.packageHash])),
    joins: Object.fromEntries([...tags].flatMap(([name, { joinTag }]) => (joinTag === undefined ? [] : [[name, joinTag]]))),
    tagOf: (name) => Object.values(found.images).find((image) => image.package.startsWith(`${name}-`))?.packages.join(' '),
  };
}

const treeOf = (over: Record<string, string> = {}): Promise<TemporaryWorkspace> =>
  createWorkspace(Object.fromEntries(Object.entries({ ...files, ...over }).map(([path, text]) => [join('tree', path), text])));

describe('the tags of images', () => {
  it('are those that luet gives, made of what is built', async () => {
    await using workspace = await treeOf();
    const { found, expected, joins } = await tag(workspace);
    expect(Object.fromEntries(Object.values(found.images).map((image) => [image.package, image.packages.join(' ')]))).toEqual(expected);
    expect(found.joins).toEqual(joins);
    expect(Object.keys(joins)).toEqual(['os-t-1.0']);
    expect(found.pull).toEqual(['registry.example/cache']);
  });

  it('change with a byte of a file, also above; not with a mode', async () => {
    await using workspace = await treeOf();
    const before = await tag(workspace);
    await chmod(workspace.join('tree/base/file'), 0o755);
    expect((await tag(workspace)).found).toEqual(before.found);
    await writeFile(workspace.join('tree/base/file'), 'contenT\n');
    const after = await tag(workspace);
    expect(['base', 'app', 'os', 'copier'].map((name) => after.tagOf(name) === before.tagOf(name))).toEqual([false, false, true, true]);
    expect(after.found.joins).not.toEqual(before.found.joins);
  });

  it('are missing for a package without a hash, and for what is built on it', async () => {
    await using workspace = await treeOf();
    await symlink('nowhere', workspace.join('tree/app/link'));
    const { found, tagOf } = await tag(workspace);
    expect(['base', 'app', 'os', 'copier'].map((name) => tagOf(name) !== undefined)).toEqual([true, false, true, true]);
    expect(found.joins).toEqual({});
  });

  it('are refused of what is no hash', async () => {
    await using workspace = await createWorkspace({ 'hash.json': '{"format":2}' });
    await using ran = await runStage(dockerBuild(), 'tags', { inputs: { hashes: [{ path: workspace.join('hash.json'), meta: { category: 't', name: 'p', version: '1.0' } }] }, options: { chains: [] } });
    expect(ran.failure).toMatchObject({ code: 'COS_DOCKER_RECIPE_FORM' });
  });
});
