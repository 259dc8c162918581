import { createRegistry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CacheAccess } from '../../src/cache/cache-access.ts';
import { pullImages } from '../../src/cache/pull-images.ts';
import { Troubles } from '../../src/cache/troubles.ts';
import { listTags, referenceOf, untagImage } from '../../src/engine/images.ts';
import { pullByDigest } from '../../src/engine/transfer.ts';
import { parseRecipe } from '../../src/recipe.ts';
import { startDocker, type DockerService } from '../rig/dockerd.ts';
import { never, TestImages } from '../rig/engine.ts';
import { startMiddle, type Middle } from '../rig/middle.ts';
import { buildOn, pushFrom, type Built } from '../rig/share.ts';
import { newStore } from '../rig/store.ts';

// Registries that are gone, that fail, that break off and that say nothing: a build never fails for them, a push does and says so.

let docker: DockerService;
let images: TestImages;
let registry: TestRegistry;
let middle: Middle;
let good: Built;
let repository: string;
let count = 0;

const recipe = { steps: ['cat /proc/sys/kernel/random/uuid > /random'] };

beforeAll(async () => {
  // Of its own: one that does not ask again and again for what it does not get.
  docker = await startDocker('--max-download-attempts', '1');
  images = await TestImages.at(docker.socket);
  await images.base();
  registry = await startRegistry();
  middle = await startMiddle(registry);
  good = await buildOn(images, { recipe });
}, 60_000);
afterAll(async () => {
  await middle[Symbol.asyncDispose]();
  await registry.close();
  await docker.stop();
});
beforeEach(() => {
  count += 1;
  repository = `${middle.host}/team/broken${count}`;
});
afterEach(() => {
  middle.behave = () => ({ do: 'pass' });
});

async function build(pull = [repository]): Promise<{ readonly made: string; readonly told: readonly string[] }> {
  const { origin, run } = await buildOn(images, { recipe, pull });
  return { made: origin.made, told: run.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : [])) };
}

const pushed = (): Promise<unknown> => pushFrom(images, good, repository.replace(middle.host, registry.host));

describe('while images are looked for, a registry', () => {
  it('that is not there is told once, and not asked for the next package', async () => {
    const gone = `127.0.0.1:9/team/gone${count}`;
    expect(await build([gone])).toEqual({ made: 'built', told: [expect.stringContaining(`images are not looked for in ${gone} for now: `)] });
    expect(await build([gone])).toEqual({ made: 'built', told: [] });
  });

  it('that fails is passed over for one that does not', async () => {
    await pushed();
    middle.behave = () => ({ do: 'answer', status: 500, text: 'out of order' });
    const other = repository.replace(middle.host, registry.host);
    expect(await build([repository, other])).toEqual({ made: 'pulled', told: [expect.stringContaining(`images are not looked for in ${repository} for now: `)] });
  });

  it.each([401, 403, 429, 503])('that answers %i is told once', async (status) => {
    middle.behave = () => ({ do: 'answer', status });
    expect(await build()).toEqual({ made: 'built', told: [expect.stringContaining(`images are not looked for in ${repository} for now: `)] });
    const asked = middle.seen.length;
    expect(await build()).toEqual({ made: 'built', told: [] });
    expect(middle.seen.length).toBe(asked);
  });

  it('that says nothing is given up', async () => {
    middle.behave = () => ({ do: 'hang' });
    const client = createRegistry({ timeouts: { answerMs: 300 }, retries: { attempts: 2, firstWaitMs: 10 } });
    const access: CacheAccess = { registry: client, pulls: new Troubles(), pushes: new Troubles(), registryAuth: () => Promise.resolve(undefined) };
    const store = newStore(images.client, images.repository);
    const warnings: string[] = [];
    const request = {
      engine: { client: images.client, store },
      access,
      repositories: [repository],
      key: good.origin.key,
      luet: { packages: [], builders: [] },
      recipe: parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1.0' })),
      base: referenceOf(images.name('base')),
      plugin: { network: 'none' as const, builder: 'auto' as const, buildArgs: {}, backendArgs: [], trust: [] },
      platform: 'linux/amd64',
      context: async function* nothing() {},
      dockerfiles: [],
      log: { info: () => undefined, warn: (line: string) => void warnings.push(line) },
      signal: never,
    };
    const before = performance.now();
    expect(await pullImages(request)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(5000);
    expect(warnings).toEqual([expect.stringContaining(`images are not looked for in ${repository} for now: `)]);
    expect(await pullImages(request)).toBeUndefined();
    expect(warnings).toHaveLength(1);
    await client.close();
    await store.close();
  });

  it.each([
    ['breaks off in the middle of a layer', { do: 'cut', after: 10 }],
    ['loses a layer', { do: 'answer', status: 404 }],
  ] as const)('that %s is as good as none', { timeout: 180_000 }, async (_, behaviour) => {
    const before = await listTags(images.client, images.repository, '', never);
    const fresh = { ...recipe, prelude: [`echo ${count} > /count`] };
    const direct = repository.replace(middle.host, registry.host);
    const { tag } = await buildOn(images, { recipe: fresh }).then(async (built) => (await pushFrom(images, built, direct), built));
    // The engine asks only for what it does not have.
    const made = (await listTags(images.client, images.repository, '', never)).filter((name) => before.every((other) => other.tag !== name.tag));
    for (const name of made) await untagImage(images.client, name, never);
    const uppermost = await uppermostLayer(direct, tag);
    middle.behave = (_method, path) => (path.endsWith(`/blobs/${uppermost}`) ? behaviour : { do: 'pass' });
    const again = await buildOn(images, { recipe: fresh, pull: [repository] });
    expect(again.origin.made).toBe('built');
    expect(again.run.lines.filter((line) => line.includes(`images are not looked for in ${repository} for now: `))).toHaveLength(1);
    expect(middle.seen).toContain(`GET /v2/${repository.slice(middle.host.length + 1)}/blobs/${uppermost}`);
  });

  async function uppermostLayer(where: string, tag: string): Promise<string> {
    await using client = createRegistry();
    const { manifest } = await client.manifest(`${where}:${tag}`);
    return manifest.kind === 'image' ? manifest.layers.at(-1)!.digest : '';
  }

  it('that sends nothing to the engine is given up, too', async () => {
    await pushed();
    const direct = repository.replace(middle.host, registry.host);
    const client = createRegistry();
    const { digest } = (await client.resolve(`${direct}:${good.tag}`))!;
    await client.close();
    middle.behave = (_, path) => (path.startsWith('/v2/team') ? { do: 'hang' } : { do: 'pass' });
    await expect(pullByDigest(images.client, { repository, digest, platform: 'linux/amd64', registryAuth: undefined, onLine: () => undefined, idleMs: 700, signal: never })).rejects.toThrow('nothing happened for 0.7 seconds');
  });

  it('that is asked when the run is cancelled is let go at once', async () => {
    middle.behave = () => ({ do: 'hang' });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 1500);
    await expect(buildOn(images, { recipe, pull: [repository], signal: abort.signal })).rejects.toThrow('the images were not built');
  });
});

describe('a push', () => {
  it('to a registry that is gone fails, and the next one at once', async () => {
    const gone = `127.0.0.1:9/team/gone${count}`;
    const first = await pushFrom(images, good, gone);
    expect(first.failure).toMatchObject({ code: 'COS_DOCKER_PUSH_FAILED', message: expect.stringContaining(`The images cannot be pushed to ${gone}: `) });
    const second = await pushFrom(images, good, gone);
    expect(second.failure?.message).toContain('it was left alone, because it failed a moment ago');
  });

  it.each([
    ['refuses', (method: string) => method === 'PUT'],
    ['refuses to take bytes in', (method: string) => method === 'POST' || method === 'PATCH'],
  ])('to a registry that %s fails and says what the registry says', async (_, isMeant) => {
    middle.behave = (method) => (isMeant(method) ? { do: 'answer', status: 403, text: '{"errors":[{"code":"DENIED","message":"no room for you"}]}' } : { do: 'pass' });
    const { failure } = await pushFrom(images, good, repository);
    expect(failure).toMatchObject({ code: 'COS_DOCKER_PUSH_FAILED', hint: expect.stringContaining('run again to push it') });
    expect(failure?.message).toMatch(/DENIED|denied|403/);
  });

  it('that breaks off leaves nothing that others would take, and can be repeated', async () => {
    middle.behave = (method, path) => (method === 'PUT' && path.endsWith(`/manifests/${good.tag}`) ? { do: 'cut', after: 0 } : { do: 'pass' });
    const direct = repository.replace(middle.host, registry.host);
    expect((await pushFrom(images, good, repository)).failure).toMatchObject({ code: 'COS_DOCKER_PUSH_FAILED' });
    expect((await buildOn(images, { recipe, pull: [direct] })).origin.made).toBe('built');
    expect((await pushFrom(images, good, direct)).text).toBe('');
    expect((await buildOn(images, { recipe, pull: [direct] })).origin.made).toBe('pulled');
  });
});
