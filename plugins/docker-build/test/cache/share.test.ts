import { readFileSync } from 'node:fs';
import { chmod, mkdir, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createEntry } from '@cos/archive';
import { createRegistry, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { referenceOf } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { connect, never, TestImages } from '../rig/engine.ts';
import { buildOn, pushFrom, type Built, type Machine } from '../rig/share.ts';

// What one machine has pushed, and what another one does with it. Machines share the engine here and nothing else; an image stage asks a cache before it
// asks the engine for anything.

let images: TestImages;
let registry: TestRegistry;
let client: Registry;
let repository: string;

beforeAll(async () => {
  images = new TestImages(await connect());
  await images.base();
  registry = await startRegistry();
  client = createRegistry();
});
afterAll(async () => {
  await client.close();
  await registry.close();
  await images.remove();
});

let count = 0;
const newRepository = (): string => `${registry.host}/team/cache${(count += 1)}`;
beforeEach(() => {
  repository = newRepository();
});

const recipe = { prelude: ['echo prelude > /prelude'], steps: ['echo step > /step'] };
const hasBuilt = ({ run }: Built): boolean => run.lines.some((line) => line.includes('RUN '));

async function share(machine: Machine = { recipe }): Promise<Built> {
  const built = await buildOn(images, machine);
  const pushed = await pushFrom(images, built, repository);
  expect(pushed.text).toBe('');
  return built;
}

describe('images that one machine has pushed', () => {
  it('are pulled by another one, and not built', async () => {
    const first = await share();
    const second = await buildOn(images, { recipe, pull: [repository] });
    expect(second.origin).toEqual({ ...first.origin, made: 'pulled' });
    expect(second.run.lines).toContain(`pulling ${repository}:${first.tag}`);
    expect([hasBuilt(first), hasBuilt(second)]).toEqual([true, false]);
    expect(second.run.outputs.image.meta).toEqual(first.run.outputs.image.meta);
    expect(readFileSync(second.run.outputs.image.path)).toEqual(readFileSync(first.run.outputs.image.path));
  });

  it('are found in the first repository that has them', async () => {
    await share();
    const empty = newRepository();
    const second = await buildOn(images, { recipe, pull: [empty, repository] });
    expect(second.run.lines).toContain(`pulling ${repository}:${second.tag}`);
  });

  it('are not pushed again by who pulled them', async () => {
    await share();
    const second = await buildOn(images, { recipe, pull: [repository] });
    const other = newRepository();
    const pushed = await pushFrom(images, second, other);
    expect([pushed.outcome, pushed.lines]).toEqual(['built', ['was pulled: it is not pushed']]);
    expect(readFileSync(pushed.outputs.pushed.path, 'utf8')).toBe('');
    expect(await client.tags(other)).toBeUndefined();
  });

  it('are built all the same when the user says so', async () => {
    const first = await share();
    const second = await buildOn(images, { recipe, pull: [repository], force: 'all' });
    expect(second.origin).toEqual(first.origin);
  });

  it('leave no name of the registry in the engine', async () => {
    await share();
    await buildOn(images, { recipe, pull: [repository] });
    const answer = await images.client.ask({ method: 'GET', path: '/images/json', query: { digests: '1' }, signal: never });
    expect(JSON.stringify(answer)).not.toContain(repository);
  });

  it('are of use without steps, too', async () => {
    const bare = { prelude: ['echo only > /only'] };
    const first = await share({ recipe: bare });
    const second = await buildOn(images, { recipe: bare, pull: [repository] });
    expect(second.origin).toEqual({ ...first.origin, made: 'pulled' });
    expect(second.origin.image).toBe(second.origin.builder);
  });
});

describe('images of other inputs are never taken', () => {
  const other = async (tag: string, extra: string): Promise<string> => {
    const rootfs = busyboxTar([createEntry({ path: extra }, extra)]);
    return importImage(images.client, { rootfs, name: images.name(tag), env: { PATH: '/bin' }, platform: 'linux/amd64', signal: never });
  };

  let shared: string;
  beforeAll(async () => {
    repository = newRepository();
    await share();
    shared = repository;
  }, 120_000);

  it.each<readonly [string, Partial<Machine>]>([
    ['another byte in a file', { files: { file: 'Content\n' } }],
    ['another name of a file', { files: { file2: 'content\n' } }],
    ['one more file', { files: { file: 'content\n', more: '' } }],
    ['an executable file', { prepare: (folder) => chmod(join(folder, 'file'), 0o755) }],
    ['an empty folder', { prepare: (folder) => mkdir(join(folder, 'empty')).then(() => undefined) }],
    ['a link in place of a file', { prepare: (folder) => unlink(join(folder, 'file')).then(() => symlink('/etc/hosts', join(folder, 'file'))) }],
    ['another step', { recipe: { ...recipe, steps: ['echo Step > /step'] } }],
    ['another prelude', { recipe: { ...recipe, prelude: ['echo Prelude > /prelude'] } }],
    ['another variable', { recipe: { ...recipe, env: ['A=b'] } }],
    ['another version', { recipe: { ...recipe, version: '1.1' } }],
    ['a network', { plugin: { network: 'host' } }],
    ['a build argument', { plugin: { buildArgs: { A: 'b' } } }],
  ])('with %s', async (_, change) => {
    const second = await buildOn(images, { recipe, ...change, pull: [shared] });
    expect(second.origin.made).toBe('built');
  });

  it('with another base of the same name', async () => {
    await other('moving', 'one');
    const base = referenceOf(images.name('moving'));
    await share({ recipe, base });
    await other('moving', 'two');
    expect((await buildOn(images, { recipe, base, pull: [repository] })).origin.made).toBe('built');
    await other('moving', 'one');
    expect((await buildOn(images, { recipe, base, pull: [repository] })).origin.made).toBe('pulled');
  });

  it('with other content of an image that files are copied from', async () => {
    const copying = { ...recipe, copy: [{ package: { category: 't', name: 'src', version: '>=0' }, source: '/thing', destination: '/copied' }] };
    const source = async (text: string): Promise<readonly string[]> => [(await buildOn(images, { recipe: { name: 'src', steps: [`echo ${text} > /thing`] } })).run.outputs.image.meta.reference];
    await share({ recipe: copying, copies: await source('one') });
    expect((await buildOn(images, { recipe: copying, copies: await source('two'), pull: [repository] })).origin.made).toBe('built');
    expect((await buildOn(images, { recipe: copying, copies: await source('one'), pull: [repository] })).origin.made).toBe('pulled');
  });

  it('for another platform', async () => {
    expect((await buildOn(images, { recipe, pull: [shared], platform: 'linux/arm64' })).origin.made).toBe('built');
    expect((await buildOn(images, { recipe, pull: [shared] })).origin.made).toBe('pulled');
  });
});
