import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStage } from '@cos/core/testing';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { dockerBuild } from '../../src/index.ts';
import { pluginOptions } from '../../src/options.ts';
import { digest } from '../../src/pins/digest.ts';
import { named } from '../../src/pins/named.ts';
import { connect, hostVariables, never, TestImages } from '../rig/engine.ts';
import { startPodman, type PodmanService } from '../rig/podman.ts';
import { buildOn, pushFrom, type Built } from '../rig/share.ts';

// Machines with Docker and machines with Podman share one cache: images have the same keys and the same content on both.

let podman: PodmanService;
let registry: TestRegistry;
let folder: string;
let engines: Readonly<Record<'docker' | 'podman', TestImages>>;

beforeAll(async () => {
  registry = await startRegistry();
  folder = mkdtempSync(join(tmpdir(), 'cos-podman-'));
  // Docker asks registries of the own machine without TLS; Podman must be told to.
  const registries = join(folder, 'registries.conf');
  writeFileSync(registries, `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`);
  podman = await startPodman({ CONTAINERS_REGISTRIES_CONF: registries });
  const second = await TestImages.at(podman.socket);
  engines = { podman: second, docker: new TestImages(await connect(), second.repository) };
  for (const images of Object.values(engines)) await images.base();
}, 120_000);
afterAll(async () => {
  await engines.docker.remove();
  await podman.stop();
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

const warningsOf = ({ run }: Built): readonly string[] => run.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : []));

describe.each([
  ['podman', 'docker'],
  ['docker', 'podman'],
] as const)('what a machine with %s has pushed', (first, second) => {
  it(`is pulled by one with ${second}, and by another one with ${first}`, { timeout: 180_000 }, async () => {
    const repository = `${registry.host}/team/from-${first}`;
    const recipe = { prelude: [`echo ${first} > /prelude`], steps: ['cat /proc/sys/kernel/random/uuid > /random'] };
    const built = await buildOn(engines[first], { recipe });
    expect((await pushFrom(engines[first], built, repository)).text).toBe('');
    for (const engine of [second, first]) {
      // What was built cannot be built again: the step is another one each time.
      const pulled = await buildOn(engines[engine], { recipe, pull: [repository] });
      expect(warningsOf(pulled)).toEqual([]);
      expect(pulled.origin).toEqual({ ...built.origin, made: 'pulled' });
      expect(readFileSync(pulled.run.outputs.image.path)).toEqual(readFileSync(built.run.outputs.image.path));
    }
  });
});

describe('a name on a machine with Podman', () => {
  const env = (): Readonly<Record<string, string>> => ({ ...hostVariables(), DOCKER_HOST: `unix://${podman.socket}` });
  const host = () => ({ plugin: z.parse(pluginOptions, {}), env: env(), signal: never, details: undefined, previous: undefined, scratch: '/nonexistent', source: (path: string) => path, keep: () => Promise.reject(new Error('the pin keeps no files')), warn: () => undefined, exec: () => Promise.reject(new Error('the pin starts no tool')) });

  it('that only the engine knows is pinned by the content of its image', async () => {
    expect(await named.resolve(`${engines.podman.repository}:base`, host())).toEqual({ content: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown });
  });

  it('of a registry is pinned by its digest, and the image is pulled by it', { timeout: 120_000 }, async () => {
    const built = await buildOn(engines.docker, { recipe: { steps: ['echo pinned > /pinned'] } });
    const repository = `${registry.host}/team/pinned`;
    expect((await pushFrom(engines.docker, built, repository)).text).toBe('');
    const reference = `${repository}:${built.tag}`;
    const pinned = await digest.resolve(reference, host());
    expect(await named.resolve(reference, host())).toEqual({ digest: pinned });
    await using pulled = await runStage(dockerBuild({ repository: engines.podman.repository }), 'pull', { options: { reference, digest: pinned }, env: env() });
    expect(pulled.text).toBe('');
    expect(readFileSync(pulled.outputs.image.path)).toEqual(readFileSync(built.run.outputs.image.path));
    expect(await named.resolve(reference, host())).toEqual({ digest: pinned });
  });
});
