import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntry, writeTar } from '@cos/archive';
import { CosError } from '@cos/core';
import { formatPackageDockerfile } from '@cos/luet';
import { buildImage, type BuildRequest } from '../../src/engine/build-image.ts';
import { inspectImage, referenceOf, untagImage } from '../../src/engine/images.ts';
import { packageSteps } from '../../src/package-steps.ts';
import { fieldsOf, itemsOf, textOf } from '../../src/engine/json-answer.ts';
import { parseRecipe } from '../../src/recipe.ts';
import { engineNames, never, processesWith, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';

let engine: TestEngine;
let images: TestImages;

function request(fields: object, tag: string, more: Partial<BuildRequest> = {}): BuildRequest {
  const recipe = parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1.0', ...fields }));
  const dockerfile = formatPackageDockerfile({ package: recipe, spec: recipe, from: referenceOf(images.name('base')), copies: [] });
  return {
    subject: 't/p-1.0', steps: packageSteps(dockerfile), dockerfileName: 'p.dockerfile', tag: referenceOf(images.name(tag)), network: 'host', buildArgs: {},
    context: writeTar([createEntry({ path: 'p.dockerfile' }, dockerfile.text), createEntry({ path: 'greeting' }, 'hello\n')]),
    onLine: () => undefined, signal: never, ...more,
  };
}

async function failureOf(promise: Promise<unknown>): Promise<CosError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof CosError)) throw error;
  return error;
}

describe.each(engineNames)('a build in %s', (name) => {
  beforeAll(async () => {
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    await images.base();
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  it('ends with an image of the given name and shows what the steps print', async () => {
    const lines: string[] = [];
    const id = await buildImage(images.client, request({ steps: ['cat /luetbuild/greeting', 'echo $PACKAGE_NAME >&2'] }, 'good', { onLine: (line) => lines.push(line) }));
    expect((await inspectImage(images.client, `${images.repository}:good`, never))?.id).toBe(id);
    expect(lines).toEqual([
      `[1/8] FROM ${images.repository}:base`, '[2/8] COPY . /luetbuild', '[3/8] WORKDIR /luetbuild', '[4/8] ENV PACKAGE_NAME=p', '[5/8] ENV PACKAGE_VERSION=1.0',
      '[6/8] ENV PACKAGE_CATEGORY=t', '[7/8] RUN cat /luetbuild/greeting', 'hello', '[8/8] RUN echo $PACKAGE_NAME >&2', 'p',
    ]);
  });

  it('names the package, the step, the item of the recipe, its status and its last lines when a command fails', async () => {
    const error = await failureOf(buildImage(images.client, request({ steps: ['echo fine', 'echo almost; sleep 1; echo oh no >&2; exit 7'] }, 'bad')));
    expect(error.diagnostics).toEqual([{
      code: 'COS_DOCKER_STEP_FAILED', severity: 'error', part: 'steps[1]',
      message: 'Step 8 of 8 of t/p-1.0 (steps[1] of its recipe) failed with exit status 7.',
      notes: [{ message: 'The instruction is: RUN echo almost; sleep 1; echo oh no >&2; exit 7' }],
      output: ['almost', 'oh no'],
      hint: 'The whole output is in the log file of the task. Steps have no network unless the plugin option "network" gives them one.',
    }]);
  });

  it('leaves no container behind when a command fails', async () => {
    const mark = `exit ${process.pid % 200 + 1}`;
    await failureOf(buildImage(images.client, request({ steps: [mark] }, 'bad')));
    expect(await containers(mark)).toEqual([]);
  });

  it('points at the item of the recipe when a command of several lines is not continued', async () => {
    const error = await failureOf(buildImage(images.client, request({ steps: ['true', 'echo a\necho b'] }, 'bad')));
    expect(error.diagnostics[0]).toMatchObject({ code: 'COS_DOCKER_DOCKERFILE_SYNTAX', notes: [{ message: 'The instruction is: RUN echo a\necho b' }] });
    expect(error.diagnostics[0]?.message).toMatch(/^Step 8 of 8 of t\/p-1\.0 \(steps\[1\] of its recipe\) does not make a Dockerfile/);
  });

  it('points at an item of copy whose file is not there', async () => {
    const recipe = parseRecipe(JSON.stringify({ format: 1, category: 't', name: 'p', version: '1.0', copy: [{ source: '/nothing', destination: '/x' }] }));
    const base = referenceOf(images.name('base'));
    const dockerfile = formatPackageDockerfile({ package: recipe, spec: recipe, from: base, copies: [base] });
    const error = await failureOf(buildImage(images.client, request({}, 'bad', { steps: packageSteps(dockerfile), context: writeTar([createEntry({ path: 'p.dockerfile' }, dockerfile.text)]) })));
    expect(error.diagnostics[0]?.code).toBe('COS_DOCKER_BUILD_FAILED');
    expect(error.diagnostics[0]?.message).toContain('Step 7 of 7 of t/p-1.0 (copy[0] of its recipe) failed');
  });

  // Podman lets a running command come to its end.
  const seconds = name === 'docker' ? 600 : 5;

  it('ends at once when it is aborted, with no further step, and leaves nothing behind', async () => {
    const abort = new AbortController();
    const mark = `${seconds}.${process.pid}1`;
    const build = buildImage(images.client, request({ steps: [`sleep ${mark}`, 'true'] }, 'slow', {
      signal: abort.signal, onLine: (line) => { if (line.includes(mark)) setTimeout(() => abort.abort(new Error('stopped')), 1500); },
    }));
    await expect(build).rejects.toThrow('stopped');
    // Podman still uses the image.
    await untagImage(images.client, images.name('base'), never);
    expect(await inspectImage(images.client, referenceOf(images.name('base')), never)).toBeUndefined();
    if (name === 'docker') expect(await processesWith(mark)).toEqual([]);
    await expect.poll(async () => processesWith(mark), { timeout: 20_000 }).toEqual([]);
    await expect.poll(async () => containers(mark), { timeout: 20_000 }).toEqual([]);
    expect(await inspectImage(images.client, referenceOf(images.name('slow')), never)).toBeUndefined();
    await images.base();
  });

  it('leaves nothing behind when the process that asked for it is killed', async () => {
    const mark = `${seconds}.${process.pid}2`;
    const script = `
      import { connect, never } from ${JSON.stringify(new URL('../rig/engine.ts', import.meta.url).pathname)};
      import { createEntry, writeTar } from '@cos/archive';
      const client = await connect();
      const { Readable } = await import('node:stream');
      const stream = await client.stream({ method: 'POST', path: '/build', signal: never, query: { networkmode: 'host', rm: '1', forcerm: '1' },
        body: Readable.from(writeTar([createEntry({ path: 'Dockerfile' }, 'FROM ${images.repository}:base\\nRUN sleep ${mark}')]), { objectMode: false }) });
      for await (const chunk of stream) process.stdout.write(chunk);`;
    const child = spawn(process.execPath, ['--conditions=source', '--input-type=module-typescript', '--eval', script], { env: engine.env, stdio: 'inherit' });
    await expect.poll(async () => processesWith(mark), { timeout: 20_000 }).toHaveLength(1);
    child.kill('SIGKILL');
    await expect.poll(async () => processesWith(mark), { timeout: 20_000 }).toEqual([]);
    await expect.poll(async () => containers(mark), { timeout: 20_000 }).toEqual([]);
  });
});

/** Ids of containers, running or not, and of those that Podman's builder works in: on the engine of the host, of those that run this command. */
async function containers(mark: string): Promise<readonly string[]> {
  const path = engine.name === 'docker' ? '/containers/json' : '/v4.0.0/libpod/containers/json';
  const list = itemsOf(await engine.client.ask({ method: 'GET', path, query: { all: 'true', external: 'true' }, signal: never })).map(fieldsOf);
  return list.filter((container) => engine.name === 'podman' || textOf(container.get('Command')).includes(mark)).map((container) => textOf(container.get('Id')));
}
