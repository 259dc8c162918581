import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { inspectImage, listTags, referenceOf, tagImage } from '../src/engine/images.ts';
import { pluginOptions } from '../src/options.ts';
import { about, preflight } from '../src/preflight.ts';
import { runOf, runTag } from '../src/run-tag.ts';
import { sweep } from '../src/sweep.ts';
import { engineNames, hostVariables, never, startEngine, TestImages, type TestEngine } from './rig/engine.ts';

describe.each(engineNames)('what a killed run left in %s', (name) => {
  let engine: TestEngine;
  let images: TestImages;
  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    await images.base();
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  it('is taken away, and what belongs to runs that are alive stays', async () => {
    const { repository, client } = images;
    for (const tag of [runTag('import', 'dead-1'), runTag('package', 'dead-1'), runTag('package', 'alive-2')]) await tagImage(client, referenceOf(images.name('base')), { repository, tag }, never);
    await sweep({ plugin: z.parse(pluginOptions, { repository }), env: engine.env, signal: never, isAlive: (runId) => runId === 'alive-2' });
    expect((await listTags(client, repository, 'run-', never)).map(({ tag }) => tag)).toEqual(['run-package-alive-2']);
    expect(await inspectImage(client, referenceOf(images.name('base')), never)).toBeDefined();
  });
});

describe.each(engineNames)('what is told of %s', (name) => {
  it('is its version, where it is and what builds', async () => {
    const engine = await startEngine(name);
    const told = await about({ plugin: z.parse(pluginOptions, {}), env: engine.env, signal: never });
    expect(told).toMatch(new RegExp(`^${name} [0-9.]+\\S* at /\\S+, (?:rootless, )?builder ${name === 'docker' ? 'classic' : 'buildah'}$`));
    await engine.stop();
  });
});

describe('a name of a run', () => {
  it('says which run it belongs to', () => {
    expect(runOf(runTag('import', 'a-b.c_1'))).toBe('a-b.c_1');
    expect(runOf('0'.repeat(64))).toBeUndefined();
    expect(() => runTag('import', 'a/b')).toThrow('Internal error');
  });
});

describe('the check of the host', () => {
  it('finds nothing to complain about where an engine answers', async () => {
    expect(await preflight({ plugin: z.parse(pluginOptions, {}), env: hostVariables(), signal: never })).toEqual([]);
  });

  it('says what to do where none answers', async () => {
    const problems = await preflight({ plugin: z.parse(pluginOptions, { socket: '/nonexistent/engine.sock' }), env: {}, signal: never });
    expect(problems).toEqual([{
      message: 'No container engine answers at /nonexistent/engine.sock (ENOENT).',
      hint: 'Start the engine ("systemctl start docker"), or set DOCKER_HOST to where it listens.',
    }]);
  });
});
