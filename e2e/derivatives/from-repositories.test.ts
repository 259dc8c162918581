import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMachine, type Machine } from '../caches/machine.ts';
import { readArchive } from '../rig/archive.ts';
import { runCos, startCos, type CosRun } from '../rig/cos.ts';
import { startSecondEngine } from '../rig/second-engine.ts';
import { makeTree, packagesOf } from '../rig/tree.ts';
import { removeWorkspace, type Workspace } from '../rig/workspace.ts';

// A tree without a config that builds on a published repository, as `luet build --from-repositories` does: `.luet.yaml` names it, and a web server has it.

let engine: Awaited<ReturnType<typeof startSecondEngine>>;
let upstream: Machine;
let server: ReturnType<typeof startCos>;
let site: Workspace;

beforeAll(async () => {
  engine = await startSecondEngine();
  upstream = await startMachine(join(import.meta.dirname, '..', 'caches', 'project'), engine.socket);
  const published = await upstream.cos(['publish', '--to', 'public']);
  if (published.exitCode !== 0) throw new Error(published.stdout + published.stderr);
  // Of trees nobody says where base images come from.
  await upstream.docker('import', upstream.workspace.path('base.tar'), 'tiny:1');
  server = startCos(upstream.workspace, ['serve', 'public', '--port', '0']);
  const url = await new Promise<string>((resolve) => server.child.stdout?.on('data', (text: string) => resolve(/ at (http\S+)/.exec(text)?.[1] ?? '')));
  site = makeTree(
    packagesOf({
      motd: 'requires:\n- {category: app, name: app, version: ">=1"}\nsteps:\n- cat /shared > /seen\n- echo "{{ .Values.greeting }}" > /motd\n',
    }),
    'tiny:1',
    { keep: true },
  );
  writeFileSync(site.path('values.yaml'), 'greeting: welcome\n');
  writeFileSync(site.path('.luet.yaml'), `repositories:\n- {name: cached-os, type: http, enable: true, urls: ["${url}"]}\n- {name: off, type: http, urls: ["http://127.0.0.1:1"]}\n`);
}, 180_000);
afterAll(async () => {
  server.child.kill('SIGINT');
  await server.done;
  removeWorkspace(site);
  await upstream[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const words = ['--tree', 'tree', '--values', 'values.yaml', '--from-repositories'];
const cos = async (...args: readonly string[]): Promise<CosRun> => runCos(site, args, { env: { DOCKER_HOST: `unix://${engine.socket}`, HOME: site.path('nobody') } });
const build = async (...args: readonly string[]): Promise<CosRun> => {
  const run = await cos('build', ...words, ...args, '--reporter', 'json');
  if (run.exitCode !== 0) throw new Error(`${run.stdout.slice(-4000)}\n${run.stderr.slice(-2000)}`);
  return run;
};

describe('cos build --from-repositories', () => {
  test('commands that look say that nothing is pinned yet, and what to do', async () => {
    const run = await cos('tags', ...words);
    expect([run.exitCode, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain('COS_PLAN_PIN_MISSING: Expected "cached-os"');
    expect(run.stderr).toContain('hint: Build with the same --tree and --from-repositories, or only plan it: cos build --all --dry-run.');
  });

  test('builds all packages of the own tree and what they stand on, which has the values that it was published with', async () => {
    const run = await build('--all', '--only-target');
    expect(run.built.filter((key) => /^(?:docker-build\.image|squash\.archive)#/.test(key))).toEqual(['docker-build.image#app/app@1.0', 'docker-build.image#app/tool@1.0', 'docker-build.image#t/motd@1.0', 'squash.archive#t/motd@1.0']);
    expect(await readArchive(site.path('build/packages/motd-t-1.0.package.tar.zst'))).toMatchObject({ seen: 'tool\n', motd: 'welcome\n' });
    expect(readFileSync(site.path('cos.lock'), 'utf8')).toMatch(/cached-os:\n[^]*revision: 1\n/);
  });

  test('has the tags of upstream\'s own build for its packages', async () => {
    const there = (await upstream.cos(['tags', 'app/app'])).stdout.trim().split('\n');
    const here = (await cos('tags', 't/motd', ...words)).stdout.trim().split('\n');
    expect(there.map((line) => line.split(' ')[0])).toEqual(['app/meta-1.0', 'app/tool-1.0', 'app/app-1.0']);
    expect(here).toEqual([...there, expect.stringMatching(/^t\/motd-1\.0 [0-9a-f]{64}$/)]);
    const named = await upstream.docker('image', 'ls', '--format', '{{.Tag}}', 'luet/cache');
    expect(here.filter((line) => !named.includes(line.split(' ')[1] ?? ''))).toEqual([]);
  });

  test('takes the own package of the same version, and says so', async () => {
    const own = packagesOf({ tool: 'image: tiny:1\nsteps:\n- echo mine > /shared\n' });
    const tree = makeTree(Object.fromEntries(Object.entries(own).map(([path, text]) => [path, text.replace('category: t\n', 'category: app\n')])), 'tiny:1');
    writeFileSync(tree.path('upstream.yaml'), readFileSync(site.path('.luet.yaml')));
    const run = await runCos(tree, ['build', '--tree', 'tree', '--from-repositories=upstream.yaml', 'app/app', '--dry-run'], { env: { DOCKER_HOST: `unix://${engine.socket}` } });
    expect(run.exitCode).toBe(0);
    expect(run.stdout + run.stderr).toMatch(/COS_RESOLVE_UPSTREAM_REPLACED: tool-app-1\.0 is in the repository cached-os, too; this one wins/);
    const listed = await runCos(tree, ['packages', '--tree', 'tree', '--from-repositories=upstream.yaml', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({ packages: expect.arrayContaining([expect.objectContaining({ name: 'tool', file: 'tree/tool/definition.yaml' }), expect.objectContaining({ name: 'app', file: expect.stringMatching(/^\.cos\/pinned\//) })]) });
  });

  test('refuses what cannot be meant: no tree, no repositories, a file that is none', async () => {
    const noTree = await cos('build', '--from-repositories', '--all');
    expect([noTree.exitCode, noTree.stderr]).toEqual([2, expect.stringContaining('COS_BUILD_REQUEST: --from-repositories is for trees of the command line, and there is no --tree.')]);
    expect((await cos('packages', '--from-repositories')).stderr).toContain('COS_RESOLVE_NO_TREE: Expected --tree beside --from-repositories; found none.');
    writeFileSync(site.path('none.yaml'), 'repositories: []\n');
    const none = await cos('build', '--tree', 'tree', '--all', '--from-repositories=none.yaml');
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringMatching(/COS_RESOLVE_UPSTREAM_CONFIGURATION: Expected repositories in a configuration of luet's client; found none\.\n {2}note: looked for .*\/none\.yaml\n/)]);
    writeFileSync(site.path('bad.yaml'), 'repositories:\n- {name: x, type: local, urls: [y]}\n- {type: disk, urls: [z]}\n');
    const bad = await cos('build', '--tree', 'tree', '--all', '--from-repositories=bad.yaml');
    expect(bad.stderr).toMatch(/note: \S*bad\.yaml:2:19: [^\n]*local[^\n]*\n {2}note: \S*bad\.yaml:3:3: [^\n]*name/);
    expect((await cos('build', '--tree', 'tree', '--all', '--from-repositories=nothing.yaml')).stderr).toContain('nothing.yaml cannot be read');
  });

  test('stays with what it has on a machine without the trees, until its entry is taken out of cos.lock', async () => {
    writeFileSync(upstream.workspace.path('packages/tool/definition.yaml'), 'category: app\nname: tool\nversion: "1.1"\n');
    const published = await upstream.cos(['publish', '--to', 'public']);
    expect(published.exitCode).toBe(0);
    expect((await build('--all', '--only-target')).built).toEqual([]);
    rmSync(site.path('.cos'), { recursive: true });
    const refused = await cos('build', ...words, '--all', '--dry-run');
    expect([refused.exitCode, refused.stdout + refused.stderr]).toEqual([2, expect.stringMatching(/COS_RESOLVE_UPSTREAM_CHANGED.*revision 1; found revision 2/)]);
    rmSync(site.path('cos.lock'));
    expect((await cos('build', ...words, '--all', '--dry-run')).stdout).toContain('app/tool@1.1');
    expect(existsSync(site.path('build/packages/motd-t-1.0.package.tar.zst'))).toBe(true);
  });
});
