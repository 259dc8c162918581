import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive } from '../rig/archive.ts';
import { startMachine, type Machine, type MachineRun } from '../caches/machine.ts';

// Two machines with an engine each: one builds, pushes and publishes a system, the other has nothing but a registry, a base and two packages of its own that stand
// on it.

let registry: TestRegistry;
let cache: string;
let repository: string;
let upstream: Machine;
let site: Machine;

beforeAll(async () => {
  registry = await startRegistry();
  cache = `${registry.host}/team/cache`;
  repository = `${registry.host}/team/repository`;
  upstream = await startMachine(join(import.meta.dirname, '..', 'caches', 'project'));
  edit(upstream, 'cos.config.ts', (text) => text.replace('standardPlugins()', `standardPlugins({ dockerBuild: { cache: { push: '${cache}' } } })`));
  site = await startMachine(join(import.meta.dirname, 'project'));
  edit(site, 'cos.config.ts', (text) => text.replace('__REPOSITORY__', repository));
});
afterAll(async () => {
  await site[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await registry.close();
});

const edit = (machine: Machine, file: string, how: (text: string) => string): void => writeFileSync(machine.workspace.path(file), how(readFileSync(machine.workspace.path(file), 'utf8')));

async function run(machine: Machine, ...args: readonly string[]): Promise<MachineRun> {
  const ran = await machine.cos(args);
  if (ran.exitCode !== 0) throw new Error(`cos ${args.join(' ')} ended with ${String(ran.exitCode)}:\n${ran.stdout.slice(-6000)}\n${ran.stderr.slice(-2000)}`);
  return ran;
}

const lockOf = (machine: Machine): string => readFileSync(machine.workspace.path('cos.lock'), 'utf8');

describe('a derivative of a published repository', () => {
  test('has an upstream that is built, pushed and published', async () => {
    await run(upstream, 'run', 'build', '--push');
    await run(upstream, 'run', 'publish', '--to', `docker:${repository}`, '--push');
  });

  test('is built without sources of upstream, whose packages are pulled', async () => {
    const ran = await run(site, 'run', 'build');
    expect(ran.engineBuilds).toEqual(['motd-site-1.0', 'site-system-2.0']);
    expect(ran.warnings).toEqual([]);
    expect(ran.images).toEqual(['app/app@1.0', 'app/greeter@1.0', 'app/tool@1.0', 'site/motd@1.0', 'system/root@1.0', 'system/site@2.0']);
    expect(lockOf(site)).toMatch(/cached-os:\n +for:\n[^]*revision: 1\n/);
  });

  test('has the images of upstream under the tags of upstream\'s own build', async () => {
    const { stdout } = await run(upstream, 'tags', '--all', '--format', 'json');
    const targets: readonly { readonly name: string; readonly tag: string }[] = JSON.parse(stdout);
    // A tag depends on the chain: that of tool is another one below app than for itself.
    const tags = targets.flatMap(({ name, tag }) => (['app', 'greeter', 'root'].includes(name) ? [[name, tag] as const] : []));
    const named = await site.docker('image', 'ls', '--format', '{{.Tag}}', 'luet/cache');
    expect(tags.map(([name, tag]) => [name, named.split('\n').includes(tag)])).toEqual([['app', true], ['greeter', true], ['root', true]]);
    // The command says the same, and packages of both are there.
    const here: typeof targets = JSON.parse((await run(site, 'tags', '--all', '--format', 'json')).stdout);
    expect(here).toEqual(expect.arrayContaining(tags.map(([name, tag]) => expect.objectContaining({ name, tag }))));
    expect((await run(site, 'packages')).stdout).toMatch(/app\/greeter@1\.0[^]*site\/motd@1\.0/);
  });

  test('has its own values, and upstream those with which it was published', async () => {
    const files = await readArchive(site.workspace.path('build/packages/site-system-2.0.package.tar.zst'));
    expect(files).toMatchObject({ motd: 'the site welcome\n', greeting: 'hello\n', shared: 'greeter\n' });
  });

  test('keeps to what it has when upstream publishes something else, and takes it with cos lock --update', async () => {
    edit(upstream, 'packages/greeter/build.yaml', (text) => `${text}- echo newer > /newer\n`);
    for (const name of ['greeter', 'os']) edit(upstream, `packages/${name}/definition.yaml`, (text) => text.replace('1.0', '1.1'));
    await run(upstream, 'run', 'publish', '--to', `docker:${repository}`, '--push');
    expect((await run(site, 'run', 'build')).built).toEqual([]);
    const before = lockOf(site);
    expect((await run(site, 'lock', '--update', 'cached-os')).stdout).toMatch(/changed cached-os resolve\.repository\n(?:.*\n)*? +revision {2}1 -> 2\n/);
    const ran = await run(site, 'run', 'build');
    expect(lockOf(site)).not.toBe(before);
    expect(ran.images).toEqual(['app/greeter@1.1', 'system/site@2.0']);
    expect(ran.engineBuilds).toEqual(['site-system-2.0']);
    expect(await readArchive(site.workspace.path('build/packages/site-system-2.0.package.tar.zst'))).toMatchObject({ newer: 'newer\n' });
  });

  test('is planned from cos.lock alone on a machine that has no trees, also with --frozen; other trees are refused', async () => {
    rmSync(site.workspace.path('.cos'), { recursive: true });
    const planned = await run(site, 'run', 'build', '--frozen', '--dry-run');
    expect(planned.stdout).toContain('app/greeter@1.1');
    rmSync(site.workspace.path('.cos'), { recursive: true });
    for (const name of ['greeter', 'os']) edit(upstream, `packages/${name}/definition.yaml`, (text) => text.replace('1.1', '1.2'));
    await run(upstream, 'run', 'publish', '--to', `docker:${repository}`);
    const refused = await site.cos(['run', 'build', '--frozen']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stdout + refused.stderr).toMatch(/COS_RESOLVE_UPSTREAM_CHANGED.*revision 2; found revision 3: compilertree and index differ/);
  });
});
