import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive } from '../rig/archive.ts';
import type { Workspace } from '../rig/workspace.ts';
import { startMachine, type Machine, type MachineRun } from './machine.ts';

// Two machines: the first builds and pushes, the second has an engine with nothing in it and the same cache. Each change is made on both; the second one, which
// finds the state before it in the cache, must build exactly what the first one builds, and the first one exactly what the change reaches.

const project = join(import.meta.dirname, 'project');
const all = ['app/app@1.0', 'app/copier@1.0', 'app/greeter@1.0', 'app/tool@1.0', 'system/os@1.0', 'system/root@1.0'];

let registry: TestRegistry;
let cache: string;
let first: Machine;
let second: Machine;

beforeAll(async () => {
  registry = await startRegistry();
  cache = `${registry.host}/team/cache`;
  first = await startMachine(project);
  second = await startMachine(project);
});
afterAll(async () => {
  await second[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
  await registry.close();
});

/** Runs and expects it to succeed. */
async function run(machine: Machine, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<MachineRun> {
  const ran = await machine.cos(args, env);
  if (ran.exitCode !== 0) throw new Error(`cos ${args.join(' ')} ended with ${String(ran.exitCode)}:\n${ran.stdout.slice(-6000)}\n${ran.stderr.slice(-2000)}`);
  return ran;
}

/** `app/x@1.0` as engines see it. */
const named = (packages: readonly string[]): readonly string[] => packages.map((id) => id.replace(/^(.+)\/(.+)@(.+)$/, '$2-$1-$3')).sort();

describe('a cache of images', () => {
  test('is filled by the machine that builds', async () => {
    const ran = await run(first, ['run', 'build', `--push=${cache}`]);
    expect(ran.images).toEqual(all);
    expect(ran.engineBuilds).toEqual(named(all));
    expect(ran.events.find(({ type }) => type === 'run-started')).toMatchObject({ effects: expect.arrayContaining(['docker-build.push#app/app@1.0', 'docker-build.push#system/os@1.0~join']) });
    expect(ran.built).toContain('docker-build.push#app/tool@1.0');
  });

  test('has the tags of luet beside those of cos, and so does the engine', async () => {
    const listed = await first.cos(['tags', '--all', '--format', 'json']);
    const tags: readonly { readonly name: string; readonly tag: string; readonly builderTag: string; readonly joinTag?: string }[] = JSON.parse(listed.stdout);
    const built = tags.filter(({ name }) => name !== 'meta');
    expect(built).toHaveLength(all.length);
    await using client = createRegistry();
    const there = (await client.tags(cache)) ?? [];
    for (const { tag, builderTag, joinTag } of built) expect(there).toEqual(expect.arrayContaining([tag, builderTag, ...(joinTag === undefined ? [] : [joinTag])]));
    expect(there.filter((tag) => /^cos-[0-9a-f]{64}$/.test(tag))).toHaveLength(all.length + 1);
    const { tag = '' } = built.find(({ name }) => name === 'tool') ?? {};
    const inEngine = await first.docker('image', 'inspect', '--format', '{{json .Config.Env}}', `luet/cache:${tag}`);
    expect(inEngine).toContain('PACKAGE_NAME=tool');
    const { config } = await client.config(`${cache}:${tag}`);
    expect(config.env).toContain('PACKAGE_NAME=tool');
  });

  test('lets a second machine build nothing', async () => {
    const ran = await run(second, ['run', 'build', `--pull=${cache}`]);
    expect(ran.engineBuilds).toEqual([]);
    expect(ran.warnings).toEqual([]);
    expect(ran.images).toEqual(all);
    expect(second.outputs()).toEqual(first.outputs());
  });

  test('is not asked again when nothing changed', async () => {
    const asked = registry.log().length;
    const ran = await run(second, ['run', 'build', `--pull=${cache}`]);
    expect(ran.built).toEqual([]);
    expect(registry.log().length).toBe(asked);
  });

  test('gets nothing anew of what it has', async () => {
    const asked = registry.log().length;
    const ran = await run(first, ['run', 'build', `--push=${cache}`]);
    expect(ran.built.filter((key) => !key.startsWith('docker-build.push#'))).toEqual([]);
    expect(registry.log().slice(asked)).not.toMatch(/"(?:PUT|POST|PATCH) \/v2\//);
  });

  test('does not lose against a base that every package is built on: of two that write a file the later one wins, on both machines', async () => {
    const os = 'build/packages/os-system-1.0.package.tar.zst';
    const files = await readArchive(first.workspace.path(os));
    // Unpacked in the order of the chain, in which the greeter comes before the tool.
    expect(files['shared']).toBe('tool\n');
    expect(await readArchive(second.workspace.path(os))).toEqual(files);
  });
});

interface Change {
  readonly name: string;
  readonly change?: (workspace: Workspace) => void;
  /** More words for `cos run build`. */
  readonly args?: readonly string[];
  /** Variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Packages that are built again, as `cos` finds it right. */
  readonly rebuilt: readonly string[];
}

const edit = (workspace: Workspace, file: string, how: (text: string) => string): void => writeFileSync(workspace.path('packages', file), how(readFileSync(workspace.path('packages', file), 'utf8')));

// What luet's tags do with each is in docs/caches.md.
const changes: readonly Change[] = [
  { name: 'a byte of a file, with all that has it in it', change: (workspace) => edit(workspace, 'tool/tool.sh', (text) => text.replace('echo tool', 'echo Tool')), rebuilt: ['app/app@1.0', 'app/copier@1.0', 'app/tool@1.0', 'system/os@1.0'] },
  { name: 'a comment in a recipe, and not what only reads the archive', change: (workspace) => edit(workspace, 'greeter/build.yaml', (text) => `# a comment\n${text}`), rebuilt: ['app/greeter@1.0'] },
  { name: 'a description in a definition', change: (workspace) => edit(workspace, 'greeter/definition.yaml', (text) => `${text}description: it greets\n`), rebuilt: ['app/greeter@1.0'] },
  { name: 'a file that is added', change: (workspace) => writeFileSync(workspace.path('packages/copier/new'), 'new\n'), rebuilt: ['app/copier@1.0'] },
  { name: 'a file that is renamed', change: (workspace) => renameSync(workspace.path('packages/copier/new'), workspace.path('packages/copier/newer')), rebuilt: ['app/copier@1.0'] },
  { name: 'a value that changes the rendered recipe', args: ['--set', 'greeting=good day'], rebuilt: ['app/greeter@1.0', 'system/os@1.0'] },
  { name: 'a value that goes back', rebuilt: [] },
  { name: 'a command in a shared template', change: (workspace) => edit(workspace, 'templates/greet.yaml', (text) => text.replace('/greeting', '/greeted')), rebuilt: ['app/greeter@1.0', 'system/os@1.0'] },
  { name: 'a comment in a shared template', change: (workspace) => edit(workspace, 'templates/greet.yaml', (text) => text.replace('what greets', 'what greets you')), rebuilt: [] },
  { name: 'a value that no recipe uses', args: ['--set', 'unused=two'], rebuilt: [] },
  { name: 'times', change: (workspace) => utimesSync(workspace.path('packages/tool/tool.sh'), 1, 1), rebuilt: [] },
  { name: 'modes that are not about execution', change: (workspace) => chmodSync(workspace.path('packages/tool/tool.sh'), 0o640), rebuilt: [] },
  { name: 'a file that becomes executable, of which luet knows nothing', change: (workspace) => chmodSync(workspace.path('packages/tool/tool.sh'), 0o755), rebuilt: ['app/app@1.0', 'app/copier@1.0', 'app/tool@1.0', 'system/os@1.0'] },
  { name: 'an empty folder, of which luet knows nothing', change: (workspace) => mkdirSync(workspace.path('packages/greeter/empty')), rebuilt: ['app/greeter@1.0'] },
  { name: 'the folder of a package that moves', change: (workspace) => { mkdirSync(workspace.path('packages/moved')); renameSync(workspace.path('packages/tool'), workspace.path('packages/moved/tool')); }, rebuilt: [] },
  { name: 'what a base with requires_final_images is made of, which luet does not see', change: (workspace) => edit(workspace, 'copier/build.yaml', (text) => text.replace('/own-copy', '/own-copied')), rebuilt: ['app/copier@1.0', 'system/os@1.0'] },
  { name: 'where names of luet are', change: (workspace) => edit(workspace, '../cos.config.ts', (text) => text.replace('standardPlugins()', "standardPlugins({ dockerBuild: { imageRepository: 'other/names' } })")), rebuilt: [] },
  { name: 'compression', change: (workspace) => edit(workspace, '../cos.config.ts', (text) => text.replace('standardPlugins({', "standardPlugins({ squash: { level: 9 },")), rebuilt: [] },
  { name: 'a proxy of the host', env: { HTTP_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' }, rebuilt: [] },
  { name: 'an equal file in place of a link, of which luet knows nothing', change: (workspace) => { rmSync(workspace.path('packages/greeter/link')); writeFileSync(workspace.path('packages/greeter/link'), 'file\n'); }, rebuilt: ['app/greeter@1.0'] },
  { name: 'a file that is removed', change: (workspace) => rmSync(workspace.path('packages/greeter/link')), rebuilt: ['app/greeter@1.0'] },
  { name: 'an option for the backend, of which luet knows nothing', change: (workspace) => edit(workspace, '../cos.config.ts', (text) => text.replace("'other/names' }", "'other/names', backendArgs: ['--label=a=b'] }")), rebuilt: all },
  { name: 'a newer version of a dependency', change: (workspace) => { cpSync(workspace.path('packages/moved/tool'), workspace.path('packages/tool-2'), { recursive: true }); edit(workspace, 'tool-2/definition.yaml', (text) => text.replace('1.0', '2.0')); edit(workspace, 'tool-2/tool.sh', (text) => `${text}echo two\n`); }, rebuilt: ['app/app@1.0', 'app/copier@1.0', 'app/tool@2.0', 'system/os@1.0'] },
  { name: 'one more package in the chain', change: (workspace) => { mkdirSync(workspace.path('packages/aaa')); writeFileSync(workspace.path('packages/aaa/definition.yaml'), 'category: app\nname: aaa\nversion: "1.0"\n'); writeFileSync(workspace.path('packages/aaa/build.yaml'), 'image: "{{ .Values.image }}"\nsteps:\n- echo aaa > /aaa\n'); edit(workspace, 'app/build.yaml', (text) => text.replace('requires:\n', 'requires:\n- {category: app, name: aaa, version: ">=0"}\n')); }, rebuilt: ['app/aaa@1.0', 'app/app@1.0'] },
  { name: 'what is behind the name of the base image', change: (workspace) => execFileSync('sh', ['-c', 'mkdir extra && echo more > extra/more && tar --append --file base.tar --mtime=@0 --owner=0 --group=0 extra/more && rm -r extra'], { cwd: workspace.folder }), rebuilt: ['app/aaa@1.0', 'app/app@1.0', 'app/copier@1.0', 'app/greeter@1.0', 'app/tool@1.0', 'app/tool@2.0', 'system/os@1.0', 'system/root@1.0'] },
];

describe('built again is, with and without a cache,', () => {
  test.each(changes)('$name', async ({ change, args = [], env = {}, rebuilt }) => {
    change?.(first.workspace);
    change?.(second.workspace);
    // The cache has the state before.
    const pulling = await run(second, ['run', 'build', ...args, `--pull=${cache}`], env);
    const building = await run(first, ['run', 'build', ...args, `--push=${cache}`], env);
    expect(building.engineBuilds).toEqual(named(rebuilt));
    expect(pulling.engineBuilds).toEqual(named(rebuilt));
    expect(pulling.warnings).toEqual([]);
    expect(second.outputs()).toEqual(first.outputs());
  });

  test('nothing on a third machine, which has seen none of it, behind another proxy', async () => {
    await using third = await startMachine(first.workspace.folder);
    cpSync(first.workspace.path('base.tar'), third.workspace.path('base.tar'));
    const ran = await run(third, ['run', 'build', `--pull=${cache}`], { HTTP_PROXY: 'http://127.0.0.1:9' });
    expect(ran.engineBuilds).toEqual([]);
    expect(third.outputs()).toEqual(first.outputs());
  });
});

describe('a registry that dies', () => {
  test('costs the push and not the build', async () => {
    await registry.kill();
    appendFileSync(first.workspace.path('packages/moved/tool/tool.sh'), 'echo last\n');
    appendFileSync(first.workspace.path('packages/tool-2/tool.sh'), 'echo last\n');
    const ran = await first.cos(['run', 'build', `--push=${cache}`]);
    expect(ran.exitCode).toBe(1);
    const failed = ran.events.flatMap((event) => (event.type === 'task-finished' && event.outcome === 'failed' ? [event] : []));
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every(({ stage, failure }) => stage === 'push' && failure?.code === 'COS_DOCKER_PUSH_FAILED')).toBe(true);
    expect(ran.summary).toMatchObject({ skipped: 0, cancelled: 0 });
    const app = await readArchive(first.workspace.path('build/packages/app-app-1.0.package.tar.zst'));
    expect(app['usr/bin/app']).toContain('echo last');
  });

  test('costs who looks there one warning', async () => {
    appendFileSync(second.workspace.path('packages/moved/tool/tool.sh'), 'echo last\n');
    appendFileSync(second.workspace.path('packages/tool-2/tool.sh'), 'echo last\n');
    const ran = await run(second, ['run', 'build', `--pull=${cache}`]);
    expect(ran.warnings).toEqual([expect.stringContaining(`images are not looked for in ${cache} for now: `)]);
    expect(second.outputs()).toEqual(first.outputs());
  });
});
