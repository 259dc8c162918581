import { readFile } from 'node:fs/promises';
import { runStage, type StageRun } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import type { image } from '../../src/stages/image.ts';
import { listTags, referenceOf } from '../../src/engine/images.ts';
import { engineNames, never, processesWith, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';
import { contentOf } from '../rig/content.ts';
import { packageWorkspace, recipeFile } from '../rig/stage.ts';

let engine: TestEngine;
let images: TestImages;

interface Case {
  readonly recipe: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly copies?: readonly string[];
  readonly plugin?: object;
  readonly force?: 'all' | 'none';
}

async function build({ recipe, files = { greeting: 'hello\n' }, copies = [], plugin = {}, force = 'none' }: Case): Promise<StageRun<typeof image>> {
  const { workspace, folder } = await packageWorkspace(files);
  const given = (reference: string) => ({ path: reference, meta: { reference } });
  return runStage(dockerBuild({ repository: images.repository, ...plugin }), 'image', {
    workspace,
    force,
    env: engine.env,
    inputs: { recipe: await recipeFile(workspace, recipe), context: folder, base: given(referenceOf(images.name('base'))), copies: copies.map(given) },
  });
}

describe.each(engineNames)('the images of a package in %s', (name) => {
  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    await images.base();
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  it('are the builder image with prelude and folder, and the package image with what the steps add', async () => {
    await using built = await build({
      recipe: { prelude: ['echo $PACKAGE_NAME > /prelude'], env: ['A=one'], steps: ['cp greeting /greeting', 'echo $A $PACKAGE_VERSION > /env'] },
    });
    expect(built.text).toBe('');
    const builder = await contentOf(built.outputs.builder.path);
    const image = await contentOf(built.outputs.image.path);
    expect(builder.get('prelude')).toBe('p\n');
    expect(builder.has('greeting')).toBe(false);
    expect(image.get('greeting')).toBe('hello\n');
    expect(image.get('env')).toBe('one 1.0\n');
    expect([...image.keys()].filter((path) => !builder.has(path))).toEqual(['env', 'greeting']);
  });

  it('have the folder and both Dockerfiles in /luetbuild', async () => {
    await using built = await build({ recipe: { version: '1.0+2' }, files: { a: 'a', 'sub/b': 'b' } });
    const paths = [...(await contentOf(built.outputs.image.path)).keys()].filter((path) => path.startsWith('luetbuild/'));
    expect(paths).toEqual(['luetbuild/a', 'luetbuild/p-t-1.0-2-builder.dockerfile', 'luetbuild/p-t-1.0-2.dockerfile', 'luetbuild/sub/b']);
  });

  it('are one and the same without steps', async () => {
    await using built = await build({ recipe: { prelude: ['echo x > /x'] } });
    expect(built.outputs.image.digest).toBe(built.outputs.builder.digest);
  });

  it('can be found in the engine by the reference in their metadata', async () => {
    await using built = await build({ recipe: { steps: ['echo found > /found'] } });
    const stdout = await engine.docker('image', 'inspect', '--format', '{{json .Config.Env}}', built.outputs.image.meta.reference);
    expect(JSON.parse(stdout)).toContain('PACKAGE_NAME=p');
    expect(built.outputs.image.meta.reference).toBe(`${images.repository}:${built.outputs.image.digest.slice('sha256:'.length)}`);
  });

  it('have equal digests when they are built again from nothing', async () => {
    const recipe = { steps: ['echo same > /same'] };
    await using first = await build({ recipe });
    const tags = await listTags(images.client, images.repository, 'builder-', never);
    await engine.docker('rmi', '--force', first.outputs.image.meta.reference, first.outputs.builder.meta.reference, ...tags.map(referenceOf));
    await using second = await build({ recipe });
    expect(second.outputs.image.digest).toBe(first.outputs.image.digest);
    expect(second.outputs.builder.digest).toBe(first.outputs.builder.digest);
  });

  it('have files of other images where the recipe copies from them', async () => {
    await using other = await build({ recipe: { name: 'other', steps: ['echo from elsewhere > /elsewhere'] } });
    await using built = await build({ recipe: { copy: [{ package: {}, source: '/elsewhere', destination: '/here' }] }, copies: [other.outputs.image.meta.reference] });
    expect((await contentOf(built.outputs.builder.path)).get('here')).toBe('from elsewhere\n');
  });

  it('are refused when an item of copy has no image', async () => {
    await using built = await build({ recipe: { copy: [{ image: 'x:1', source: '/s', destination: '/d' }] } });
    expect(built.failure).toMatchObject({ code: 'COS_DOCKER_COPY_UNKNOWN', message: 'copy[0] of t/p asks for image 0 of the input "copies", which has 0.' });
  });

  it('show the output of steps while they run, and the failing one at the end', async () => {
    await using built = await build({ recipe: { steps: ['echo working', 'echo broken; exit 3'] } });
    expect(built.outcome).toBe('failed');
    expect(built.lines).toContain('working');
    expect(built.failure).toMatchObject({ code: 'COS_DOCKER_STEP_FAILED', message: 'Step 8 of 8 of t/p-1.0 (steps[1] of its recipe) failed with exit status 3.', output: ['broken'], part: 'steps[1]' });
  });

  it('have no network in their steps unless the plugin gives them one', async () => {
    const routes = async (plugin: object): Promise<number> => {
      // The engine's own cache knows nothing of networks.
      await using built = await build({ recipe: { steps: [`cat /proc/net/route > /routes # ${JSON.stringify(plugin)}`] }, plugin });
      // The first line is a heading.
      return (await contentOf(built.outputs.image.path)).get('routes')!.trim().split('\n').length - 1;
    };
    expect(await routes({})).toBe(0);
    expect(await routes({ network: 'host' })).toBe((await readFile('/proc/net/route', 'utf8')).trim().split('\n').length - 1);
  });

  it('leave no name of the run behind, neither when they are built nor when they fail', async () => {
    await using built = await build({ recipe: { steps: ['echo y > /y'] } });
    await using failed = await build({ recipe: { steps: ['false'] } });
    expect([built.outcome, failed.outcome]).toEqual(['built', 'failed']);
    expect(await listTags(images.client, images.repository, 'run-', never)).toEqual([]);
  });

  it('keep the engine\'s own cache of layers from one run to the next', async () => {
    const recipe = { steps: ['cat /proc/uptime > /uptime'] };
    await using first = await build({ recipe });
    await using second = await build({ recipe });
    expect(await readFile(second.outputs.image.path)).toEqual(await readFile(first.outputs.image.path));
  });

  it('are built without it when the user forces the task', async () => {
    const recipe = { prelude: ['cat /proc/uptime > /before'], steps: ['cat /proc/uptime > /uptime'] };
    await using first = await build({ recipe });
    await using second = await build({ recipe, force: 'all' });
    const [before, after] = [await contentOf(first.outputs.image.path), await contentOf(second.outputs.image.path)];
    expect(after.get('before')).not.toBe(before.get('before'));
    expect(after.get('uptime')).not.toBe(before.get('uptime'));
  });

  it('are cancelled together with their container', async () => {
    const { workspace, folder } = await packageWorkspace({ a: 'a' });
    const abort = new AbortController();
    const mark = `${name === 'docker' ? 800 : 5}.${process.pid}`;
    const running = runStage(dockerBuild({ repository: images.repository }), 'image', {
      workspace,
      env: engine.env,
      inputs: { recipe: await recipeFile(workspace, { steps: [`sleep ${mark}`] }), context: folder, base: { path: referenceOf(images.name('base')), meta: { reference: 'x' } }, copies: [] },
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type === 'task-output' && event.line.includes(`RUN sleep ${mark}`)) setTimeout(() => abort.abort(), 500);
      },
    });
    await using ended = await running;
    expect(ended.outcome).toBe('cancelled');
    await expect.poll(async () => processesWith(mark), { timeout: 20_000 }).toEqual([]);
  });
});
