import { createHash } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEntry, readTar } from '@cos/archive';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { createReadStream } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { referenceOf } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { connect, never, TestImages } from '../rig/engine.ts';
import { buildAsLuet, type LuetBuild } from '../rig/luet.ts';
import { buildOn, pushFrom, type Machine } from '../rig/share.ts';

// Images that luet has pushed: used where they are of exactly the inputs that cos would build from, and otherwise never.

let images: TestImages;
let registry: TestRegistry;
let folder: string;
let repository: string;
let count = 0;

const hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const tags = { package: hex('package'), builder: `builder-${hex('builder').slice(0, 32)}` };
const luet = { packages: [tags.package], builders: [hex('another'), tags.builder] };
const recipe = { prelude: ['mkdir /a && \\\n  echo prelude > /a/prelude'], env: ['A=b'], steps: ['cp /luetbuild/file /step', 'echo $A > /env'] };
/** Steps of luet have a network. */
const plugin = { network: 'host' };

beforeAll(async () => {
  images = new TestImages(await connect());
  await images.base();
  registry = await startRegistry();
  folder = mkdtempSync(join(tmpdir(), 'cos-luet-folder-'));
  writeFileSync(join(folder, 'file'), 'content\n');
  writeFileSync(join(folder, 'script'), '#!/bin/sh\n', { mode: 0o755 });
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'sub/deep'), '');
  symlinkSync('../file', join(folder, 'sub/link'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await registry.close();
  await images.remove();
});
beforeEach(() => {
  count += 1;
  repository = `${registry.host}/luet/cache${count}`;
});

const base = (): string => referenceOf(images.name('base'));

function pushAsLuet(over: Partial<LuetBuild> = {}): void {
  buildAsLuet({ recipe, folder, base: base(), repository, tags, ...over });
}

async function copyFolder(to: string): Promise<void> {
  await cp(folder, to, { recursive: true, verbatimSymlinks: true });
}

async function build(over: Partial<Machine> & { readonly change?: (copy: string) => void } = {}) {
  const { change, ...machine } = over;
  const { origin, run } = await buildOn(images, {
    recipe,
    files: {},
    prepare: async (copy) => {
      await copyFolder(copy);
      change?.(copy);
    },
    pull: [repository],
    luet,
    plugin,
    ...machine,
  });
  return { made: origin.made, why: run.lines.filter((line) => line.includes('is not used')), run };
}

describe('what luet has pushed', () => {
  it('is used when it was built from the same folder, on the same base, by the same commands', async () => {
    pushAsLuet();
    const { made, why, run } = await build();
    expect({ made, why }).toEqual({ made: 'pulled', why: [] });
    const found = new Map<string, string>();
    for await (const entry of readTar(createReadStream(run.outputs.image.path))) {
      const chunks: Uint8Array[] = [];
      if (entry.size < 1000) for await (const chunk of entry.body) chunks.push(chunk);
      found.set(entry.path, Buffer.concat(chunks).toString());
    }
    expect([found.get('a/prelude'), found.get('step'), found.get('env')]).toEqual(['prelude\n', 'content\n', 'b\n']);
    expect(run.outputs.builder.digest).not.toBe(run.outputs.image.digest);
  });

  it('is used without steps, too', async () => {
    const bare = { prelude: ['echo x > /x'] };
    pushAsLuet({ recipe: bare });
    expect((await build({ recipe: bare })).made).toBe('pulled');
  });

  it('stands behind what cos has pushed of the same inputs', async () => {
    pushAsLuet();
    expect((await build()).run.lines).toContain(`pulling ${repository}:${tags.package}`);
    const own = await buildOn(images, { recipe, files: {}, prepare: copyFolder, plugin });
    expect((await pushFrom(images, own, repository)).text).toBe('');
    expect((await build()).run.lines).toContain(`pulling ${repository}:${own.tag}`);
  });

  it.each<readonly [string, string, Partial<Machine> & { readonly change?: (copy: string) => void }]>([
    ['other bytes in a file', '"file" differs', { change: (copy) => writeFileSync(join(copy, 'file'), 'Content\n') }],
    ['a file that is not executable', '"script" differs', { change: (copy) => chmodSync(join(copy, 'script'), 0o644) }],
    ['one more empty folder', '"empty" differs', { change: (copy) => mkdirSync(join(copy, 'empty')) }],
    ['a file in place of an equal link', '"sub/link" differs', { change: (copy) => { unlinkSync(join(copy, 'sub/link')); writeFileSync(join(copy, 'sub/link'), 'content\n'); } }],
    ['one file less', '"sub/deep" differs', { change: (copy) => unlinkSync(join(copy, 'sub/deep')) }],
    ['another step', 'other commands made it', { recipe: { ...recipe, steps: ['cp /luetbuild/file /step', 'echo $A! > /env'] } }],
    ['another prelude', 'other commands made it', { recipe: { ...recipe, prelude: ['mkdir /b'] } }],
    ['another version', 'it is the image of another package', { recipe: { ...recipe, version: '1.1' } }],
  ])('is not used with %s', async (_, reason, change) => {
    pushAsLuet();
    const { made, why } = await build(change);
    expect(made).toBe('built');
    expect(why).toEqual([expect.stringContaining(reason)]);
  });

  it('is not used on another base of the same name', async () => {
    const moving = async (extra: string): Promise<string> => {
      await importImage(images.client, { rootfs: busyboxTar([createEntry({ path: extra }, extra)]), name: images.name('moving'), env: { PATH: '/bin' }, platform: 'linux/amd64', signal: never });
      return referenceOf(images.name('moving'));
    };
    pushAsLuet({ base: await moving('one') });
    const { made, why } = await build({ base: await moving('two') });
    expect(made).toBe('built');
    expect(why).toEqual([expect.stringContaining('it is built on another base image')]);
  });

  it('is not used without its builder image, or with one of another package', async () => {
    pushAsLuet({ tags: { ...tags, builder: `builder-${hex('elsewhere').slice(0, 32)}` } });
    expect(await build()).toMatchObject({ made: 'built', why: [expect.stringContaining('its builder image is not there')] });
    pushAsLuet({ recipe: { ...recipe, prelude: ['echo other > /other'] }, tags: { package: hex('unused'), builder: tags.builder } });
    expect(await build()).toMatchObject({ made: 'built', why: [expect.stringContaining('its builder image is not there')] });
  });

  it('is not used for another platform', async () => {
    pushAsLuet();
    expect(await build({ platform: 'linux/arm64' })).toMatchObject({ made: 'built', why: [expect.stringContaining('it is not for linux/arm64')] });
  });

  it.each<readonly [string, object, object]>([
    ['copies from packages', { copy: [{ package: { category: 't', name: 'src', version: '>=0' }, source: '/etc/hosts', destination: '/copied' }] }, {}],
    ['copies from images that may change', { copy: [{ image: 'base:1', source: '/etc/hosts', destination: '/copied' }] }, {}],
    ['assembled bases', { requiresFinalImages: true }, {}],
    ['files of other packages', { retrieve: ['*.tar'] }, {}],
    ['build arguments', {}, { buildArgs: { A: 'b' } }],
    ['steps without a network', {}, { network: 'none' }],
  ])('is not even looked for with %s, of which its tags say nothing', async (_, fields, options) => {
    pushAsLuet();
    const isCopy = 'copy' in fields;
    const files = 'retrieve' in fields ? (copy: string) => writeFileSync(join(copy, 'x.tar'), Buffer.alloc(1024)) : undefined;
    const { made, why } = await build({ recipe: { ...recipe, ...fields }, plugin: { ...plugin, ...options }, copies: isCopy ? [base()] : [], ...(files === undefined ? {} : { change: files }) });
    expect([made, why]).toEqual(['built', []]);
  });
});
