import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { expect, test } from 'vitest';
import { changeRoot, diskTransport, imageTransport, openRepository, planChanges, type Transport } from '../src/index.ts';
import { rawTar } from './rig/raw-tar.ts';
import { createWorld, type World } from './rig/world.ts';

// The least that a client of luet accepts: names, no checksums, plain tars, JSON in the place of YAML.

const signal = new AbortController().signal;

/** Writes the files of a repository with one package, `cat/foo` 1.0. */
function writeSmallest(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const identity = { category: 'cat', name: 'foo', version: '1.0' };
  const write = (name: string, content: Buffer | string): void => writeFileSync(join(folder, name), content);
  write('repository.yaml', JSON.stringify({ name: 'smallest', repo_files: { tree: { filename: 'tree.tar' }, meta: { filename: 'meta.tar' } } }));
  write('tree.tar', rawTar([{ name: 'cat/foo/1.0/definition.yaml', content: JSON.stringify(identity) }]));
  write('meta.tar', rawTar([{ name: 'repository.meta.yaml', content: JSON.stringify({ index: [{ path: 'foo-cat-1.0.package.tar', compilationspec: { package: identity } }] }) }]));
  write('foo-cat-1.0.package.tar', rawTar([{ name: 'usr/', type: '5', mode: 0o755 }, { name: 'usr/foo', content: 'foo' }]));
}

async function install(world: World, transport: Transport, reference?: string): Promise<void> {
  const repository = await openRepository({ name: 'smallest', transports: [transport], signal, ...(reference === undefined ? {} : { reference }) });
  await changeRoot({ root: world.root, repositories: [repository], plan: (installed) => planChanges({ installed, repositories: [repository], wanted: [{ category: 'cat', name: 'foo', version: '>=0' }], others: 'keep' }), requested: () => true, signal });
}

test('the smallest repository of a folder installs', async () => {
  await using world = await createWorld();
  writeSmallest(join(world.folder, 'smallest'));
  await install(world, diskTransport(join(world.folder, 'smallest')));
  expect(world.content()).toEqual({ usr: 'folder', 'usr/foo': 'foo' });
});

test('a reference leads to the files of a snapshot', async () => {
  await using world = await createWorld();
  const folder = join(world.folder, 'smallest');
  writeSmallest(folder);
  writeFileSync(join(folder, 'snap1-repository.yaml'), readFileSync(join(folder, 'repository.yaml')));
  writeFileSync(join(folder, 'repository.yaml'), readFileSync(join(folder, 'repository.yaml'), 'utf8').replaceAll('tree.tar', 'newer-tree.tar'));
  await install(world, diskTransport(folder), 'snap1-repository.yaml');
  expect(Object.keys(world.content())).toEqual(['usr', 'usr/foo']);
});

test('the same as images that `docker import` made installs', { timeout: 120_000 }, async () => {
  await using world = await createWorld();
  const folder = join(world.folder, 'smallest');
  writeSmallest(folder);
  await using server = await startRegistry();
  const docker = (words: readonly string[], input?: Buffer): void => void execFileSync('docker', words, { stdio: ['pipe', 'pipe', 'pipe'], ...(input === undefined ? {} : { input }) });
  for (const name of ['repository.yaml', 'tree.tar', 'meta.tar', 'foo-cat-1.0.package.tar']) {
    const isPackage = name.endsWith('.package.tar');
    const reference = `${server.host}/smallest:${isPackage ? 'foo-cat-1.0' : name}`;
    docker(['import', '-', reference], isPackage ? readFileSync(join(folder, name)) : execFileSync('tar', ['--create', '--directory', folder, '--', name]));
    try {
      docker(['push', '--quiet', reference]);
    } finally {
      docker(['rmi', '--force', reference]);
    }
  }
  await using registry = createRegistry();
  await install(world, imageTransport({ registry, repository: `${server.host}/smallest`, platform: 'linux/amd64' }));
  expect(world.content()).toEqual({ usr: 'folder', 'usr/foo': 'foo' });
});
