import { runStage } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBackendOptions } from '../../src/engine/backend-options.ts';
import { referenceOf } from '../../src/engine/images.ts';
import { dockerBuild } from '../../src/index.ts';
import { engineNames, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';
import { packageWorkspace, recipeFile } from '../rig/stage.ts';

describe('options for the backend', () => {
  it('are read with their values behind an equals sign or as the next item', () => {
    expect(readBackendOptions(['--no-cache', '--label=q=1', '--label', 'r=a=b', '--memory=2g', '--shm-size', '64m', '--add-host=h:1.2.3.4', '--build-arg=A=', '--cpuset-cpus=0-1'])).toEqual({
      ok: true,
      options: { layerCache: false, labels: { q: '1', r: 'a=b' }, memory: 2 * 1024 ** 3, shmSize: 64 * 1024 ** 2, extraHosts: ['h:1.2.3.4'], buildArgs: { A: '' }, cpus: '0-1' },
    });
  });

  it('are refused with the reason where cos does that itself, and where the engine has none such, all at once', () => {
    const read = readBackendOptions(['--network=host', '--secret', 'id=x,src=/etc/shadow', '--lable=a=b', '-t', 'x', '--memory=much', '--label']);
    expect(read).toMatchObject({ ok: false });
    expect(!read.ok && read.problems).toEqual([
      '"--network=host": the network is the option "network" of the plugin',
      '"--secret": a secret is no option: it would be seen in the list of processes',
      expect.stringContaining('"--lable=a=b": expected one of --no-cache, --label') as unknown,
      expect.stringContaining('"-t": expected one of') as unknown,
      '"--memory=much": expected a size such as 64m'.replace('64m', '2g') + ', found "much"',
      '"--label": expected name=value of one line after it',
    ]);
  });

  it.each([['--pull'], ['--file=/etc/passwd'], ['--build-arg=BUILDKIT_SYNTAX=x/y'], ['--label=a=b\nFROM x'], ['--add-host=h:$(id)']])('never are %s', (text) => {
    expect(readBackendOptions([text]).ok).toBe(false);
  });
});

describe.each(engineNames)('options for the backend in %s', (name) => {
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

  it('reach it, and a label is no content', async () => {
    const build = async (plugin: object) => {
      const { workspace, folder } = await packageWorkspace({ a: 'a' });
      const inputs = { recipe: await recipeFile(workspace, { steps: ['cat /etc/hosts > /seen'] }), context: folder, base: { path: referenceOf(images.name('base')), meta: { reference: '' } }, copies: [] };
      return runStage(dockerBuild({ repository: images.repository, network: 'host', ...plugin }), 'image', { workspace, env: engine.env, inputs });
    };
    await using plain = await build({});
    await using labelled = await build({ backendArgs: ['--label=org.example.q=1'] });
    expect([plain.text, labelled.text]).toEqual(['', '']);
    expect(labelled.outputs.image.digest).toBe(plain.outputs.image.digest);
    expect(await engine.docker('image', 'inspect', '--format', '{{json .Config.Labels}}', labelled.outputs.image.meta.reference)).toContain('"org.example.q":"1"');
    await using hosts = await build({ backendArgs: ['--add-host=there:192.0.2.7', '--no-cache'] });
    expect(hosts.text).toBe('');
    expect(hosts.outputs.image.digest).not.toBe(plain.outputs.image.digest);
  });

  it('are not needed for proxies: steps see those of the host, and nothing of them stays in the image', async () => {
    const { workspace, folder } = await packageWorkspace({ a: 'a' });
    const inputs = { recipe: await recipeFile(workspace, { steps: ['test "$HTTP_PROXY$no_proxy" = http://proxy.example:3128localhost && echo seen > /seen'] }), context: folder, base: { path: referenceOf(images.name('base')), meta: { reference: '' } }, copies: [] };
    await using built = await runStage(dockerBuild({ repository: images.repository }), 'image', { workspace, env: { ...engine.env, HTTP_PROXY: 'http://proxy.example:3128', no_proxy: 'localhost' }, inputs });
    expect(built.text).toBe('');
    expect(await engine.docker('image', 'inspect', '--format', '{{json .Config.Env}}', built.outputs.image.meta.reference)).not.toContain('proxy');
  });
});
