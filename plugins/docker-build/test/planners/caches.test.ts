import { defineDerivative, defineDistribution } from '@cos/core';
import { createWorkspace, planConfig, type AnyConfig } from '@cos/core/testing';
import { describe, expect, it } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import type { Caches } from '../../src/planners/caches.ts';

/** What a target gets that asks with these options. */
async function ask(asked: object, plugin: object = {}): Promise<{ readonly caches: Caches | undefined; readonly text: string }> {
  await using workspace = await createWorkspace();
  let caches: Caches | undefined;
  const config: AnyConfig = {
    plugins: [dockerBuild(plugin)],
    derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })],
    targets: {
      test: {
        description: 'x',
        async plan({ use }: any) {
          caches = await use['docker-build'].caches(asked);
          return [];
        },
      },
    },
  };
  const { text } = await planConfig(config, { workspace: workspace.path });
  return { caches, text: text.replaceAll(/\n {2}at .*(?:\n {4}.*)*/g, '') };
}

const cache = { pull: ['registry.example/a', 'registry.example/b'], push: 'registry.example:5000/team/c' };

describe('caches of images', () => {
  it('are none unless somebody names one; names for luet are set', async () => {
    expect((await ask({})).caches).toEqual({ pull: [], push: undefined, imageRepository: 'luet/cache' });
    expect((await ask({}, { imageRepository: false })).caches?.imageRepository).toBeUndefined();
  });

  it('of the config are looked in always, and pushed to only when that is asked for', async () => {
    expect((await ask({}, { cache })).caches).toMatchObject({ pull: cache.pull, push: undefined });
    expect((await ask({ pull: [''], push: '' }, { cache })).caches).toMatchObject({ pull: cache.pull, push: cache.push });
  });

  it('are where the config says for who reads the metadata, wherever this run pushes to', async () => {
    const told = async (asked: object, plugin: object = {}) => (await ask(asked, plugin)).caches?.shared;
    expect(await told({}, { cache })).toBe(cache.push);
    expect(await told({ push: 'other.example/x' }, { cache })).toBe(cache.push);
    expect(await told({ push: 'other.example/x' })).toBeUndefined();
  });

  it('of the request come first, each once', async () => {
    expect((await ask({ pull: ['other/x', 'registry.example/b'], push: 'other/y' }, { cache })).caches).toMatchObject({ pull: ['other/x', 'registry.example/b', 'registry.example/a'], push: 'other/y' });
  });

  it('that are asked for without a name must be in the config', async () => {
    expect((await ask({ pull: [''], push: '' })).text).toMatchInlineSnapshot(`
      "error COS_DOCKER_CACHE_NOWHERE: There is no repository to look in: --pull names none, and neither does the option "cache.pull" of the plugin docker-build.
        hint: Write --pull=registry.example/team/cache, or dockerBuild: { cache: { pull: ['registry.example/team/cache'] } }.

      error COS_DOCKER_CACHE_NOWHERE: There is no repository to push to: --push names none, and neither does the option "cache.push" of the plugin docker-build.
        hint: Write --push=registry.example/team/cache, or dockerBuild: { cache: { push: 'registry.example/team/cache' } }."
    `);
  });

  it.each(['registry.example/a:tag', 'UPPER', 'a b', '../x', `a@sha256:${'0'.repeat(64)}`, '-x'])('are not %j', async (repository) => {
    expect((await ask({ push: repository })).text).toContain('COS_DOCKER_REFERENCE_FORM');
    expect((await ask({}, { cache: { pull: [repository] } })).text).toContain(`${JSON.stringify(repository)} is no repository of images.`);
  });
});
