import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runStage, type StageRun } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { referenceOf } from '../../src/engine/images.ts';
import { dockerBuild } from '../../src/index.ts';
import type { image } from '../../src/stages/image.ts';
import { engineNames, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';
import { contentOf } from '../rig/content.ts';
import { packageWorkspace, recipeFile } from '../rig/stage.ts';

const value = 's3cret "of two\nlines"\u{1F511}';
const secrets = { token: { env: 'TEST_TOKEN' }, key: { file: 'keys/key' } } as const;

describe.each(engineNames)('steps with mounts in %s', (name) => {
  let engine: TestEngine;
  let images: TestImages;
  let cacheName: string;

  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    cacheName = `${images.repository.replace('/', '-')}-cache`;
    await images.base();
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  interface Case {
    readonly recipe: { readonly prelude?: readonly string[]; readonly steps?: readonly string[] };
    readonly token?: string;
    readonly plugin?: object;
    readonly workspace?: Awaited<ReturnType<typeof packageWorkspace>>;
    readonly ids?: string[];
    readonly repeated?: boolean;
  }

  async function build({ recipe, token = value, plugin = {}, workspace, ids = ['key', 'token'], repeated = false }: Case): Promise<StageRun<typeof image>> {
    const { workspace: place, folder } = workspace ?? (await packageWorkspace({ greeting: 'hello\n' }));
    await place.write({ 'keys/key': `${value}\n` });
    return runStage(dockerBuild({ repository: images.repository, secrets, ...plugin }), 'image', {
      workspace: place,
      env: { ...engine.env, TEST_TOKEN: token },
      repeated,
      options: { secrets: ids },
      inputs: { recipe: await recipeFile(place, recipe), context: folder, base: { path: referenceOf(images.name('base')), meta: { reference: '' } }, copies: [] },
    });
  }

  const withSecret = {
    prelude: ['--mount=type=secret,id=key,target=/etc/the/key,required=true cmp /etc/the/key /etc/the/key && sha256sum < /etc/the/key > /key.sum'],
    steps: ['--mount=type=secret,id=token,target=/run/secrets/token,required=true export TOKEN="$(cat /run/secrets/token)"; echo "the token is $TOKEN" && echo "$TOKEN" | sha256sum > /token.sum', 'test ! -e /run/secrets/token && test -z "$TOKEN"'],
  };

  it('have secrets, exactly, and nobody else has them: no image, no history, no log, no folder of cos', async () => {
    await using built = await build({ recipe: withSecret });
    expect(built.text).toBe('');
    const files = await contentOf(built.outputs.image.path);
    expect(files.get('key.sum')).toBe(files.get('token.sum'));
    expect(files.get('token.sum')).toBe(`${sha256(`${value}\n`)}  -\n`);
    const leaks = /s3cret|lines"|🔑/u;
    expect(built.lines.filter((line) => line.startsWith('the token is'))).toEqual(['the token is [secret]']);
    expect(JSON.stringify(built.events)).not.toMatch(leaks);
    expect([...files].filter(([path, text]) => leaks.test(path) || leaks.test(text))).toEqual([]);
    expect([...files.keys()].filter((path) => /secret|etc\/the/.test(path))).toEqual([]);
    const reference = built.outputs.image.meta.reference;
    expect(await engine.docker('history', '--no-trunc', reference)).not.toMatch(leaks);
    expect(await engine.docker('inspect', reference)).not.toMatch(leaks);
    for (const path of await filesBelow(built.workspace.join('.cos'))) expect(await readFile(path, 'utf8')).not.toMatch(leaks);
  });

  it('are not done again for another value, and are for another mount', async () => {
    const workspace = await packageWorkspace({ greeting: 'hello\n' });
    expect((await build({ recipe: withSecret, workspace })).outcome).toBe('built');
    expect((await build({ recipe: withSecret, workspace, token: 'another value' })).outcome).toBe('fresh');
    const moved = { ...withSecret, steps: withSecret.steps.map((step) => step.replaceAll('/run/secrets/token', '/etc/token')) };
    expect((await build({ recipe: moved, workspace })).outcome).toBe('built');
    await workspace.workspace.remove();
  });

  it('keep a cache from build to build, and no trace of it in the image', async () => {
    const mount = `--mount=type=cache,target=/var/cache/test,id=${cacheName},sharing=locked --mount=type=tmpfs,target=/scratch`;
    await using first = await build({ recipe: { steps: [`${mount} echo one > /var/cache/test/one && echo x > /scratch/x`] } });
    expect(first.text).toBe('');
    await using second = await build({ recipe: { steps: [`${mount} cp /var/cache/test/one /found; ls /scratch > /scratched`] } });
    expect(second.text).toBe('');
    const files = await contentOf(second.outputs.image.path);
    expect(files.get('found')).toBe('one\n');
    expect(files.get('scratched')).toBe('');
    expect([...files.keys()].filter((path) => /^(?:var\/cache|scratch\/)/.test(path))).toEqual([]);
    await using repeated = await build({ recipe: { steps: [`${mount} if test -e /var/cache/test/one; then echo kept > /found; else echo empty > /found; fi`] }, repeated: true });
    expect(repeated.text).toBe('');
    // Podman has one cache for all builds.
    expect((await contentOf(repeated.outputs.image.path)).get('found')).toBe(name === 'podman' ? 'kept\n' : 'empty\n');
  });

  it('tell a failing command without the secret', async () => {
    await using built = await build({ recipe: { steps: ['--mount=type=secret,id=token export T="$(cat /run/secrets/token)"; echo "$T"; echo "$T" >&2; exit 3'] } });
    expect(built.failure?.code).toBe('COS_DOCKER_STEP_FAILED');
    expect(JSON.stringify(built.failure)).toContain('[secret]');
    expect(JSON.stringify([built.failure, built.events])).not.toMatch(/s3cret|lines/);
  });

  it('ask for no secret that the config does not declare, and for none without a value', async () => {
    await using unknown = await build({ recipe: { steps: ['--mount=type=secret,id=other true'] } });
    expect(unknown.failure?.code).toBe('COS_DOCKER_SECRET_UNKNOWN');
    await using empty = await build({ recipe: withSecret, token: '' });
    expect(empty.text).toMatchInlineSnapshot(`
      "error COS_TASK_SECRET_MISSING: The secret \`env:TEST_TOKEN\` has no value: the variable TEST_TOKEN is not set.
        note: needed by docker-build.image#test
        hint: Set TEST_TOKEN in the environment of cos."
    `);
    expect(empty.events.filter(({ type }) => type === 'task-started')).toEqual([]);
  });
});

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
