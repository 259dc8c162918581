import { setTimeout as sleep } from 'node:timers/promises';
import { createEntry } from '@cos/archive';
import { runStage, type StageRun } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../src/engine/client.ts';
import { findEndpoint } from '../src/engine/endpoint.ts';
import { listTags, referenceOf } from '../src/engine/images.ts';
import { importImage } from '../src/engine/import-image.ts';
import { dockerBuild } from '../src/index.ts';
import { busyboxTar } from './rig/busybox.ts';
import { startDocker, type DockerService } from './rig/dockerd.ts';
import { hostVariables, never, TestImages } from './rig/engine.ts';
import { packageWorkspace, recipeFile } from './rig/stage.ts';
import { newStore } from './rig/store.ts';

let docker: DockerService;
let images: TestImages;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  docker = await startDocker();
  env = { ...hostVariables(), DOCKER_HOST: `unix://${docker.socket}` };
  images = new TestImages(createClient(await findEndpoint({ socket: undefined, env })));
  await images.base();
});
afterAll(async () => docker.stop());

async function build(steps: readonly string[], onLine: (line: string) => void = () => undefined): Promise<StageRun<never>> {
  const { workspace, folder } = await packageWorkspace({ greeting: 'hello\n' });
  return runStage(dockerBuild({ repository: images.repository, socket: docker.socket }), 'image', {
    workspace, env,
    inputs: { recipe: await recipeFile(workspace, { steps }), context: folder, base: { path: referenceOf(images.name('base')), meta: { reference: '' } }, copies: [] },
    onEvent: (event) => {
      if (event.type === 'task-output') onLine(event.line);
    },
  }) as Promise<StageRun<never>>;
}

/** A root filesystem whose tar stops in the middle, until the engine is dead. */
async function* slowTar(half: () => Promise<void>): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const chunk of busyboxTar([createEntry({ path: 'big' }, Buffer.alloc(20_000_000, 7))])) {
    sent += chunk.length;
    yield chunk;
    if (sent > 4_000_000) {
      sent = -Infinity;
      await half();
    }
  }
}

describe('an engine that is killed', () => {
  it('in the middle of a build fails the task in its own words, and the next run completes', async () => {
    const mark = `60.${process.pid}`;
    let killed: Promise<void> | undefined;
    await using broken = await build([`sleep ${mark}`], (line) => {
      if (line.includes(`RUN sleep ${mark}`)) killed = sleep(1000).then(async () => docker.kill());
    });
    await killed;
    expect(broken.outcome).toBe('failed');
    expect(broken.failure).toMatchObject({ code: 'COS_DOCKER_ENGINE_FAILED', hint: expect.stringMatching(/\w/) as unknown });
    await docker.start();
    await using again = await build(['echo done > /done']);
    expect(again.text).toBe('');
    expect((await listTags(images.client, images.repository, 'run-', never)).length).toBe(0);
  });

  it('in the middle of an import fails it, and leaves no image of half of it', async () => {
    const name = images.name('half');
    const importing = importImage(images.client, { rootfs: slowTar(async () => docker.kill()), name, env: {}, platform: 'linux/amd64', signal: never });
    await expect(importing).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_ENGINE_FAILED' }] });
    await docker.start();
    expect(await listTags(images.client, images.repository, 'half', never)).toEqual([]);
  });

  it('in the middle of saving an image fails it, and what was read is not taken for the whole', async () => {
    const name = images.name('large');
    await importImage(images.client, { rootfs: busyboxTar([createEntry({ path: 'big' }, Buffer.alloc(200_000_000, 7))]), name, env: {}, platform: 'linux/amd64', signal: never });
    const download = images.client.download.bind(images.client);
    let killed: Promise<void> | undefined;
    // The engine dies when the first bytes have come.
    const client = { ...images.client, download: (path: string, signal: AbortSignal) => cut(download(path, signal), () => (killed ??= docker.kill())) };
    const store = newStore(client, images.repository, { mayPush: () => Promise.resolve(false) });
    await expect(store.digestOf(referenceOf(name), never)).rejects.toMatchObject({ diagnostics: [{ code: 'COS_DOCKER_ENGINE_FAILED' }] });
    expect(killed).toBeDefined();
    await killed;
    await docker.start();
    const fresh = newStore(images.client, images.repository);
    expect(await store.digestOf(referenceOf(name), never)).toBe(await fresh.digestOf(referenceOf(name), never));
    await Promise.all([store.close(), fresh.close()]);
  });

  it('before anything is asked of it is told to be out of reach', async () => {
    await docker.kill();
    await using failed = await build(['true']);
    expect(failed.text).toContain('COS_DOCKER_ENGINE_UNREACHABLE');
    await docker.start();
  });
});

async function* cut(stream: AsyncIterable<Uint8Array>, kill: () => Promise<void>): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const chunk of stream) {
    if (first) await kill();
    first = false;
    yield chunk;
  }
}
