import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createEntry, writeTar } from '@cos/archive';
import { createWorkspace, planConfig, runStage, type AnyConfig, type TemporaryWorkspace } from '@cos/core/testing';
import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { describe, expect, it } from 'vitest';
import { referenceOf } from '../../src/engine/images.ts';
import { dockerBuild } from '../../src/index.ts';
import { contentOf } from '../rig/content.ts';
import { engineNames, startEngine, TestImages } from '../rig/engine.ts';
import { recipeFile } from '../rig/stage.ts';

const meta = { category: 't', name: 'lib', version: '1.0+1', compression: 'gzip' };

async function archive(workspace: TemporaryWorkspace): Promise<{ readonly path: string; readonly meta: typeof meta }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeTar([createEntry({ path: 'usr', type: 'directory' }), createEntry({ path: 'usr/lib.so' }, 'of the archive')])) pieces.push(Buffer.from(piece));
  const path = workspace.join('lib.tar.gz');
  await writeFile(path, gzipSync(Buffer.concat(pieces)));
  return { path, meta };
}

async function retrieveInto(workspace: TemporaryWorkspace) {
  await workspace.write({ 'package/own': 'own', 'package/lib-t-1.0+1.package.tar.gz': 'of the folder' });
  return runStage(dockerBuild(), 'retrieve', { workspace, inputs: { context: workspace.join('package'), archives: [await archive(workspace)] } });
}

describe('archives that a recipe retrieves', () => {
  it('lie in its build context under their names, in place of what is there', async () => {
    await using made = await retrieveInto(await createWorkspace({}));
    expect(made.text).toBe('');
    const context = made.outputs.context.path;
    expect((await readdir(context)).sort()).toEqual(['lib-t-1.0+1.package.tar.gz', 'own']);
    expect(await readFile(join(context, 'lib-t-1.0+1.package.tar.gz'))).toEqual(await readFile(made.workspace.join('lib.tar.gz')));
  });

  it.each(engineNames)('are there for the steps as files and unpacked, in %s', async (name) => {
    const engine = await startEngine(name);
    const images = new TestImages(engine.client);
    try {
      await images.base();
      await using retrieved = await retrieveInto(await createWorkspace({}));
      const { workspace } = retrieved;
      await using built = await runStage(dockerBuild({ repository: images.repository }), 'image', {
        workspace,
        env: engine.env,
        inputs: { recipe: await recipeFile(workspace, { retrieve: ['lib-*.package.tar.gz'], steps: ['cp usr/lib.so /found'] }), context: retrieved.outputs.context.path, base: { path: referenceOf(images.name('base')), meta: { reference: '' } }, copies: [] },
      });
      expect(built.text).toBe('');
      const files = await contentOf(built.outputs.image.path);
      expect(files.get('found')).toBe('of the archive');
      expect([...files.keys()].filter((path) => path.startsWith('luetbuild/'))).toEqual(expect.arrayContaining(['luetbuild/lib-t-1.0+1.package.tar.gz', 'luetbuild/own', 'luetbuild/usr/lib.so']));
    } finally {
      await images.remove();
      await engine.stop();
    }
  });

  it('are those whose names the items match; an item that is no pattern is told', async () => {
    const archives = ['a-t-1.0.package.tar.zst', 'b-t-1.0.package.tar.zst'];
    expect(await matched(['*.zst'], archives)).toEqual({ names: archives, text: '' });
    expect(await matched(['own', 'b-*.package.tar*', '[ab]-x*'], archives)).toEqual({ names: [archives[1]], text: '' });
    expect(await matched(['a-*.tar'], archives)).toEqual({ names: [], text: '' });
    expect((await matched(['[a'], archives)).text).toContain('COS_DOCKER_DOCKERFILE_SYNTAX: retrieve[0] of t/p@1.0 is no pattern of names: "[a".');
  });
});

async function matched(globs: string[], archives: string[]) {
  await using workspace = await createWorkspace({});
  let names: readonly string[] | undefined;
  const config = defineConfig({
    plugins: [dockerBuild()],
    derivatives: [defineDerivative({ name: 'x', from: defineDistribution({ name: 'x', values: {}, platforms: { 'linux/amd64': {} } }), platforms: ['linux/amd64'] })],
    targets: {
      look: {
        description: 'look',
        async plan({ use }) {
          names = await use['docker-build'].retrievedArchives({ subject: 't/p@1.0', globs, archives });
          return [];
        },
      },
    },
  }) as unknown as AnyConfig;
  const { text } = await planConfig(config, { workspace: workspace.path });
  return { names, text };
}
