import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';
import { defineConfig, defineDerivative, defineDistribution, type Platform, type UpstreamRepository } from '@cos/core';
import { createWorkspace, planConfig, runCommand, type AnyConfig, type TemporaryWorkspace } from '@cos/core/testing';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { repositoryQuestion, resolve } from '../src/index.ts';
import { publishFolder, type Published } from './rig/publish-folder.ts';
import { pushFolder } from './rig/push-folder.ts';

// Repositories that a derivative builds on, where they really are: behind a web server and in a registry, and another one for each platform.

const definition = (name: string) => `category: t\nname: ${name}\nversion: "1.0"\n`;
const upstreamFor = (image: string, revision = 1): Published => ({
  revision,
  trees: { 'packages/base/definition.yaml': definition('base'), 'packages/base/build.yaml': 'image: {{ .Values.image }}\nsteps:\n- make\n' },
  index: { 't/base@1.0': { image } },
});
const own = { 'packages/app/definition.yaml': definition('app'), 'packages/app/build.yaml': 'requires:\n- {category: t, name: base, version: ">=0"}\nsteps:\n- make\n' };

let registry: TestRegistry;
let server: Server;
let url: string;
let asked: string[] = [];
let workspace: TemporaryWorkspace;
beforeAll(async () => {
  registry = await startRegistry();
  server = createServer((request, response) => {
    const name = basename(request.url ?? '');
    asked.push(name);
    const file = join(workspace.join('up'), name);
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = addressOf(server);
});
afterAll(async () => {
  server.close();
  await registry.close();
});
beforeEach(async () => {
  workspace = await createWorkspace(own);
  await publishFolder(workspace.join('up'), upstreamFor('of:amd64'));
  asked = [];
  return async () => workspace.remove();
});

function addressOf(listening: Server): string {
  const address = listening.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function configOf(repositories: readonly (string | UpstreamRepository)[], platforms: readonly Platform[] = ['linux/amd64']): AnyConfig {
  const from = defineDistribution({ name: 'p', values: {}, platforms: {} });
  return defineConfig({
    plugins: [resolve()],
    derivatives: [defineDerivative({ name: 'sample', from, platforms, trees: ['packages'], repositories })],
    targets: {
      look: {
        description: 'ask as the ready-made targets do',
        async plan({ use, derivative, platform }: any) {
          const wanted: readonly UpstreamRepository[] = derivative.repositories;
          for (const one of wanted.filter((each) => each.platforms === undefined || each.platforms.includes(platform))) {
            const { request, details } = repositoryQuestion(one);
            use.resolve.repository(request, details);
          }
          return [];
        },
      },
    },
  });
}

const pin = async (config: AnyConfig, frozen = false): Promise<string> => (await planConfig(config, { workspace: workspace.path, frozen })).text;
const imagesOf = async (config: AnyConfig): Promise<readonly (string | undefined)[]> => {
  const run = await runCommand(resolve(), 'render', { workspace: workspace.path, config, args: { packages: ['t/base'], part: 'recipe' } });
  expect(run.text).toBe('');
  return [...run.printed.matchAll(/^image: (\S+)$/gm)].map(([, image]) => image);
};

test('a repository behind a web server is pinned, and asked for nothing but what building needs', async () => {
  const config = configOf([url]);
  expect(await pin(config)).toBe('');
  expect(asked.toSorted()).toEqual(['compilertree.tar.gz', 'repository.meta.yaml.tar.gz', 'repository.yaml']);
  expect(await imagesOf(config)).toEqual(['of:amd64']);
  expect(asked).toHaveLength(3);
});

test('a machine with the lock alone gets the files from the web server, and refuses what was published since', async () => {
  const config = configOf([url]);
  await pin(config);
  rmSync(workspace.join('.cos'), { recursive: true });
  expect(await pin(config, true)).toBe('');
  rmSync(workspace.join('.cos'), { recursive: true });
  await publishFolder(workspace.join('up'), upstreamFor('of:later', 2));
  expect(await pin(config, true)).toContain(`COS_RESOLVE_UPSTREAM_CHANGED: Expected the repository "${url}" as cos.lock has it, revision 1; found revision 2`);
});

test('a web server that has gone is named, and a further address is tried', async () => {
  const closed = createServer();
  await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
  const gone = addressOf(closed);
  await new Promise((done) => closed.close(done));
  const two = { name: 'up', type: 'http', urls: [`${gone}/`, url] } as const;
  expect(await pin(configOf([two]))).toBe('');
  expect(await pin(configOf([{ ...two, urls: [gone] }]))).toMatch(/COS_RESOLVE_UPSTREAM_UNREACHABLE: The repository "up" cannot be built on: http:\/\/127\.0\.0\.1:\d+\/repository\.yaml cannot be read: connect ECONNREFUSED/);
}, 30_000);

test('a derivative for two platforms builds on a repository in the registry for each, with the values of each', async () => {
  await publishFolder(workspace.join('arm'), upstreamFor('of:arm64'));
  await pushFolder(workspace.join('up'), `${registry.host}/os/amd64`);
  await pushFolder(workspace.join('arm'), `${registry.host}/os/arm64`);
  const of = (architecture: 'amd64' | 'arm64'): UpstreamRepository => ({ name: `os/${architecture}`, type: 'docker', urls: [`${registry.host}/os/${architecture}`], platforms: [`linux/${architecture}`] });
  const config = configOf([of('amd64'), of('arm64')], ['linux/amd64', 'linux/arm64']);
  expect(await pin(config)).toBe('');
  expect(readFileSync(workspace.join('cos.lock'), 'utf8').match(/os\/a\w+64:$/gm)).toEqual(['os/amd64:', 'os/arm64:']);
  expect(await imagesOf(config)).toEqual(['of:amd64', 'of:arm64']);
  // One of them is damaged: it is named, and so is what it has.
  rmSync(workspace.join('.cos'), { recursive: true });
  await publishFolder(workspace.join('arm'), upstreamFor('of:other'));
  await pushFolder(workspace.join('arm'), `${registry.host}/os/arm64`);
  expect(await pin(config, true)).toMatch(/^error COS_RESOLVE_UPSTREAM_CHANGED: Expected the repository "os\/arm64" as cos\.lock has it, revision 1; found revision 1: (?:compilertree and index differ|index differs)\.(?:.*\n)* {2}hint: Nobody has published a new revision/);
});

test('one repository in the registry serves both platforms with the same packages', async () => {
  await pushFolder(workspace.join('up'), `${registry.host}/os/both`);
  const config = configOf([`docker:${registry.host}/os/both`], ['linux/amd64', 'linux/arm64']);
  expect(await pin(config)).toBe('');
  const run = await runCommand(resolve(), 'tags', { workspace: workspace.path, config, args: { all: true, format: 'json' } });
  const tags: readonly { readonly name: string; readonly platform: string; readonly tag: string }[] = JSON.parse(run.printed);
  expect(tags.map(({ name, platform }) => `${name} ${platform}`)).toEqual(['app linux/amd64', 'base linux/amd64', 'app linux/arm64', 'base linux/arm64']);
  expect(new Set(tags.map(({ tag }) => tag)).size).toBe(2);
});
