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

/** Tags of the images of a plan by package, as its task works them out. */
async function tagsOf(machine: Machine, ...packages: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run(machine, 'tags', ...packages, '--format', 'json');
  const targets: readonly { readonly chain: readonly { readonly package: string; readonly tag: string }[] }[] = JSON.parse(stdout);
  return Object.fromEntries(targets.flatMap(({ chain }) => chain.map((one) => [one.package, one.tag])));
}

const lockOf = (machine: Machine): string => readFileSync(machine.workspace.path('cos.lock'), 'utf8');

describe('a derivative of a published repository', () => {
  test('has an upstream that is built, pushed and published', async () => {
    await run(upstream, 'run', 'build', `--push=${cache}`);
    await run(upstream, 'run', 'publish', '--to', `docker:${repository}`, `--push=${cache}`);
  });

  test('is built without sources of upstream, whose packages are pulled', async () => {
    const ran = await run(site, 'run', 'build');
    expect(ran.engineBuilds).toEqual(['motd-site-1.0', 'site-system-2.0']);
    expect(ran.warnings).toEqual([]);
    expect(ran.images).toEqual(['app/app@1.0', 'app/greeter@1.0', 'app/tool@1.0', 'site/motd@1.0', 'system/root@1.0', 'system/site@2.0']);
    expect(lockOf(site)).toMatch(/cached-os:\n +for:\n[^]*revision: 1\n/);
  });

  test('has its own values, and upstream those with which it was published', async () => {
    const files = await readArchive(site.workspace.path('build/packages/site-system-2.0.package.tar.zst'));
    expect(files).toMatchObject({ motd: 'the site welcome\n', greeting: 'hello\n', shared: 'greeter\n' });
  });
});
