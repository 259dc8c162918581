import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig } from '@cos/core/testing';
import { describe, expect, test } from 'vitest';
import { resolve, type FilesEntry, type ResolvedTree } from '../../src/index.ts';
import { publishFolder, type Published } from '../rig/publish-folder.ts';

const definition = (name: string, version = '1.0') => `category: t\nname: ${name}\nversion: "${version}"\n`;
const from = defineDistribution({ name: 'p', values: {}, platforms: {} });

const upstream: Published = {
  trees: {
    'packages/base/definition.yaml': definition('base'),
    'packages/base/build.yaml': 'image: {{ .Values.image }}\nsteps:\n{{ template "greet" . }}\n',
    'packages/lib/definition.yaml': definition('lib'),
    'packages/lib/build.yaml': 'requires:\n- {category: t, name: base, version: ">=0"}\nsteps:\n- echo {{ .Values.own }}\n',
    'packages/templates/greet.yaml': '{{ define "greet" }}- echo {{ .Values.own }} of upstream{{ end }}',
  },
  index: { 't/base@1.0': { image: 'debian:12', own: 'up' }, 't/lib@1.0': { image: 'debian:12', own: 'up' } },
  pushed: 'registry.example/up/cache',
};
const own = { 'packages/app/definition.yaml': definition('app'), 'packages/app/build.yaml': 'requires:\n- {category: t, name: lib, version: ">=0"}\nsteps:\n- echo {{ .Values.own }}\n' };

interface Request {
  readonly published?: Published;
  readonly files?: Readonly<Record<string, string>>;
  readonly frozen?: boolean;
  readonly change?: (folder: string) => Promise<void> | void;
  /** Names and priorities of several repositories. */
  readonly others?: Readonly<Record<string, { readonly published: Published; readonly priority?: number }>>;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Plans once, changes something, plans again. */
async function planTwice({ published = upstream, files = own, frozen = false, change, others = {}, details = {} }: Request) {
  await using workspace = await createWorkspace({ 'up/x': '', ...files });
  await publishFolder(join(workspace.path, 'up'), published);
  for (const [name, other] of Object.entries(others)) await publishFolder(join(workspace.path, name), other.published);
  let tree: ResolvedTree | undefined;
  const config = defineConfig({
    plugins: [resolve()],
    derivatives: [defineDerivative({ name: 'sample', from, platforms: ['linux/amd64'], trees: [] })],
    targets: {
      look: {
        description: 'look at the trees',
        async plan({ use }: any) {
          const repositories = ['up', ...Object.keys(others)].map((name) => ({ name, files: use.resolve.repository(name, { type: 'disk', urls: [name], ...details }).files, priority: others[name]?.priority ?? 0 }));
          tree = await use.resolve.packages({ trees: ['packages'], targets: 'all', values: { own: 'mine', image: 'mine' }, repositories });
          return [];
        },
      },
    },
  }) as unknown as AnyConfig;
  const first = await planConfig(config, { workspace: workspace.path });
  if (change === undefined) return { tree, text: first.text };
  tree = undefined;
  await change(workspace.path);
  const { text } = await planConfig(config, { workspace: workspace.path, frozen });
  return { tree, text, first: first.text, lock: readFileSync(join(workspace.path, 'cos.lock'), 'utf8') };
}

const entriesOf = (tree: ResolvedTree | undefined): readonly FilesEntry[] => (tree?.packages ?? []).flatMap((one) => (one.declared === undefined ? [one] : []));

describe('packages of a published repository', () => {
  test('can be required; they have the values and shared templates of their repository, and own packages their own', async () => {
    const { tree, text } = await planTwice({});
    expect(text).toBe('');
    expect(entriesOf(tree).map(({ id, role, upstream: of }) => [id, role, of])).toEqual([
      ['t/base@1.0', 'parent', { repository: 'up', values: { image: 'debian:12', own: 'up' } }],
      ['t/lib@1.0', 'parent', { repository: 'up', values: { image: 'debian:12', own: 'up' } }],
      ['t/app@1.0', 'target', undefined],
    ]);
    expect(tree?.images[0]?.base).toEqual({ kind: 'reference', reference: 'debian:12' });
    const [base] = entriesOf(tree);
    expect(base?.folder).toMatch(/^\.cos\/pinned\/[0-9a-f]{64}\/tree\/packages\/base$/);
    expect(base?.shared).toEqual([base?.folder.replace(/base$/, 'templates/greet.yaml')]);
    expect(tree?.caches).toEqual(['registry.example/up/cache']);
  });

  test('give way to own ones of the same version, which a warning says', async () => {
    const { tree, text } = await planTwice({ files: { ...own, 'packages/lib/definition.yaml': definition('lib'), 'packages/lib/build.yaml': 'image: mine\n' } });
    expect(entriesOf(tree).map(({ id, upstream: of }) => [id, of?.repository])).toEqual([['t/lib@1.0', undefined], ['t/app@1.0', undefined]]);
    expect(text).toMatch(/^warning COS_RESOLVE_UPSTREAM_REPLACED: lib-t-1\.0 is in the repository up, too; this one wins[^\n]*\n {2}at packages\/lib\/definition\.yaml/);
  });

  test('of two repositories that of the lower number wins, then that of the first', async () => {
    const other = { ...upstream, index: { 't/base@1.0': { image: 'other:1', own: 'other' }, 't/lib@1.0': { image: 'other:1', own: 'other' } } };
    const first = await planTwice({ others: { b: { published: other } } });
    expect(first.text).toBe('');
    expect(entriesOf(first.tree)[0]?.upstream?.repository).toBe('up');
    const preferred = await planTwice({ others: { b: { published: other, priority: -1 } } });
    expect(entriesOf(preferred.tree)[0]?.upstream).toMatchObject({ repository: 'b', values: { own: 'other' } });
  });

  test('that the index does not have are told, where their values cannot be known', async () => {
    const { text } = await planTwice({ published: { ...upstream, index: { 't/lib@1.0': { own: 'a' }, 't/other@1.0': { own: 'b' } }, trees: { ...upstream.trees, 'packages/base/build.yaml': 'image: plain\n' } } });
    expect(text).toBe('warning COS_RESOLVE_UPSTREAM_VALUES: base-t-1.0 is in the trees of the repository "up" and not in its index, so it is rendered without values: it may be another package there.\n  hint: Publish it there, too.');
  });
});

describe('a pinned repository', () => {
  const newer: Published = { ...upstream, revision: 2, trees: { ...upstream.trees, 'packages/lib/definition.yaml': definition('lib', '2.0') }, index: { ...upstream.index, 't/lib@2.0': { image: 'debian:12', own: 'up' } } };

  test('means what it held when it was looked up, whatever is published', async () => {
    const { tree, text, lock } = await planTwice({ change: (folder) => publishFolder(join(folder, 'up'), newer) });
    expect(text).toBe('');
    expect(entriesOf(tree).map(({ id }) => id)).toContain('t/lib@1.0');
    expect(lock).toMatch(/resolve:\n {4}repository:\n {6}up:\n(?:.*\n)*? {10}revision: 1\n/);
  });

  test('is had again by a machine that has only the lock, also with --frozen', async () => {
    const { tree, text } = await planTwice({ frozen: true, change: (folder) => rmSync(join(folder, '.cos'), { recursive: true }) });
    expect(text).toBe('');
    expect(tree?.packages).toHaveLength(3);
  });

  test('is refused by such a machine when something else was published since', async () => {
    const { tree, text } = await planTwice({ change: async (folder) => { rmSync(join(folder, '.cos'), { recursive: true }); await publishFolder(join(folder, 'up'), newer); } });
    expect(tree).toBeUndefined();
    expect(text).toMatch(/COS_RESOLVE_UPSTREAM_CHANGED: Expected the repository "up" as cos\.lock has it, revision 1; found revision 2: compilertree and index differ\.(?:.*\n)*? {2}hint: Take what is new with `cos lock --update up` \(without a config: take its entry out of cos\.lock\)/);
  });

  test.each(['compilertree.tar.gz', 'repository.meta.yaml.tar.gz'])('is refused when %s is not what repository.yaml names, by its name', async (name) => {
    const damage = (folder: string): void => {
      rmSync(join(folder, '.cos'), { recursive: true });
      const path = join(folder, 'up', name);
      const bytes = readFileSync(path);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    };
    const { tree, text } = await planTwice({ change: damage });
    expect(tree).toBeUndefined();
    expect(text).toMatch(new RegExp(`COS_RESOLVE_UPSTREAM_CORRUPT: The repository "up" cannot be built on: The \\w+ ${name.replaceAll('.', '\\.')} of \\S+/up is not the one that repository.yaml names; expected sha256 [0-9a-f]{64}; found sha256 [0-9a-f]{64}`));
  });

  test('is refused when tree and repository.yaml were changed together', async () => {
    const { text } = await planTwice({ change: async (folder) => { rmSync(join(folder, '.cos'), { recursive: true }); await publishFolder(join(folder, 'up'), { ...newer, revision: 1 }); } });
    expect(text).toMatch(/COS_RESOLVE_UPSTREAM_CHANGED: .*revision 1; found revision 1: (?:.*\n)*? {2}hint: Nobody has published a new revision/);
  });
});

describe('a repository that cannot be built on', () => {
  test('is told: there is none, or it has no trees', async () => {
    const { text } = await planTwice({ details: { reference: 'snap-repository.yaml' } });
    expect(text).toMatch(/COS_RESOLVE_UPSTREAM_MISSING: .*has no file snap-repository\.yaml/);
    const bare = await planTwice({ published: { ...upstream, compilertree: false } });
    expect(bare.text).toMatch(/COS_RESOLVE_UPSTREAM_MISSING: .*has no compilertree: packages can be installed from it, and nothing can be built on it/);
  });

  test('is refused when a recipe is a link that leads out of the trees; other links are nobody\'s business', async () => {
    const links = { 'packages/base/link': '/etc/passwd', 'packages/lib/finalize.yaml': '/etc/hostname' };
    const { text } = await planTwice({ published: { ...upstream, links } });
    expect(text).toMatch(/COS_RESOLVE_UPSTREAM_CORRUPT: The compilertree of \S+ holds "packages\/lib\/finalize\.yaml", a link that does not lead to a file of it/);
    expect((await planTwice({ published: { ...upstream, links: { 'packages/base/link': '/etc/passwd' } } })).text).toBe('');
  });
});
