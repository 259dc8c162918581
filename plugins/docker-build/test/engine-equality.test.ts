import { createEntry, writeTar, type TarEntry } from '@cos/archive';
import { runStage } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../src/engine/build-image.ts';
import { referenceOf } from '../src/engine/images.ts';
import { dockerBuild } from '../src/index.ts';
import { newStore } from './rig/store.ts';
import { busyboxEntries } from './rig/busybox.ts';
import { engineNames, never, startEngine, TestImages, type TestEngine } from './rig/engine.ts';
import { packageWorkspace, recipeFile } from './rig/stage.ts';

const engines: { readonly engine: TestEngine; readonly images: TestImages; readonly builder: 'auto' | 'buildkit' }[] = [];

beforeAll(async () => {
  for (const name of engineNames) {
    const engine = await startEngine(name);
    const made = new TestImages(engine.client, engines[0]?.images.repository);
    engines.push({ engine, images: made, builder: 'auto' });
    if (name === 'docker') engines.push({ engine, images: made, builder: 'buildkit' });
  }
});
afterAll(async () => {
  for (const name of engineNames) {
    const found = engines.find(({ engine }) => engine.name === name);
    await found?.images.remove();
    await found?.engine.stop();
  }
});

interface Case {
  readonly base?: readonly TarEntry[];
  readonly files?: Readonly<Record<string, string>>;
  readonly recipe: object;
}

/** What the images of a package are on each engine: digests. They cover everything but times. */
async function buildEverywhere({ base = [], files = { greeting: 'hello\n' }, recipe }: Case): Promise<readonly { readonly image: string; readonly builder: string }[]> {
  const results = [];
  for (const { engine, images, builder } of engines) {
    await images.base(writeTar(base));
    const { workspace, folder } = await packageWorkspace(files);
    await using built = await runStage(dockerBuild({ repository: images.repository, builder }), 'image', {
      workspace, env: engine.env,
      inputs: { recipe: await recipeFile(workspace, recipe), context: folder, base: { path: referenceOf(images.name('base')), meta: { reference: '' } }, copies: [] },
    });
    expect(built.text).toBe('');
    results.push({ image: built.outputs.image.digest, builder: built.outputs.builder.digest });
  }
  return results;
}

const bare = busyboxEntries().filter(({ path }) => path.startsWith('bin'));

describe('the images of a package are the same, whichever engine and builder makes them,', () => {
  it.each<readonly [string, Case]>([
    ['on a base that has the places on which engines mount', { base: [...busyboxEntries(), ...['dev', 'proc', 'sys', 'run'].map((path) => createEntry({ path, type: 'directory' }))], recipe: { prelude: ['echo 1 > /one'], steps: ['echo 2 > /two'] } }],
    ['on a base that has nothing but a shell', { base: bare, recipe: { prelude: ['echo 1 > /one', 'true'], steps: ['echo 2 > /two', 'true'] } }],
    ['on a base whose /etc/resolv.conf is a link into a folder that is not there', { base: [...bare, createEntry({ path: 'etc', type: 'directory' }), createEntry({ path: 'etc/resolv.conf', type: 'symlink', linkName: '/run/systemd/resolve/stub-resolv.conf' })], recipe: { steps: ['echo 2 > /two'] } }],
    ['when commands write where engines mount', { base: bare, recipe: { steps: ['mkdir -p /run/lock /dev/shm/x && echo > /run/file', 'mkdir -p /etc/x.d && chmod 700 /etc; echo 127.0.0.1 me > /etc/hosts || true; touch /etc/passwd', 'rm -r /run/lock'] } }],
    ['with links, owners, special files and deletions', { base: busyboxEntries(), recipe: { steps: ['mkdir /d && echo one > /d/a && ln /d/a /d/b && ln -s a /d/c && mkfifo /d/f && mknod /d/null c 1 3 && chown -h 7:8 /d/c /d/f && chmod 4755 /d/a', 'rm -r /tmp && mkdir /tmp && chmod 700 /tmp && rm /d/b && touch /d/empty && chmod 755 /d/empty'] } }],
    ['with a folder that has hidden, ignored and executable files', { base: busyboxEntries(), files: { '.dockerignore': 'left-out\n', 'left-out': 'x', '.hidden': 'x', 'sub/folder/file': 'x' }, recipe: { steps: ['cp -a /luetbuild /copy'], env: ['A="b c"', 'B=quoted\\ $A'] } }],
    ['with variables that are made of others', { base: busyboxEntries(), recipe: { version: '1.0+2', env: ['A=${PACKAGE_VERSION:+x}-$PACKAGE_VERSION', 'HOME=/root'], steps: ['echo $A $HOME $PACKAGE_NAME > /env'] } }],
  ])('%s', async (_, given) => {
    const [first, ...others] = await buildEverywhere(given);
    for (const other of others) expect(other).toEqual(first);
  });

  it('also where a Dockerfile says how later commands are run', async () => {
    const digests = [];
    for (const { engine, images, builder } of engines) {
      await images.base();
      const text = `FROM ${referenceOf(images.name('base'))}\nSHELL ["/bin/busybox", "sh", "-c"]\nENV B=2 A=1\nUSER 5:6\nVOLUME /b /a\nWORKDIR /tmp\nLABEL l=1\nCMD ["x"]\nONBUILD RUN true\n`;
      const tag = referenceOf(images.name('dockerfile'));
      const context = writeTar([createEntry({ path: 'd' }, text)]);
      await buildImage(engine.client, { subject: 'x', steps: [], dockerfileName: 'd', context, tag, network: 'none', buildArgs: {}, builder: builder === 'buildkit' ? 'buildkit' : 'classic', onLine: () => undefined, signal: never });
      const store = newStore(engine.client, images.repository);
      digests.push(await store.digestOf(tag, never));
      expect(await store.triggersOf(await store.import(tag, never), never)).toEqual(['RUN true']);
      await store.close();
    }
    expect(new Set(digests).size).toBe(1);
  });
});
