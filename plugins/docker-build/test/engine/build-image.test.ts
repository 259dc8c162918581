import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntry, writeTar } from '@cos/archive';
import { CosError } from '@cos/core';
import { formatPackageDockerfile } from '@cos/luet';
import { buildImage, type BuildRequest } from '../../src/engine/build-image.ts';
import { inspectImage, referenceOf } from '../../src/engine/images.ts';
import { packageSteps } from '../../src/package-steps.ts';
import { parseRecipe } from '../../src/recipe.ts';
import { connect, never, TestImages } from '../rig/engine.ts';

const run = promisify(execFile);
let images: TestImages;

beforeAll(async () => {
  images = new TestImages(await connect());
  await images.base();
});
afterAll(async () => images.remove());

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

describe('a build in the engine', () => {
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
      code: 'COS_DOCKER_STEP_FAILED', severity: 'error',
      message: 'Step 8 of 8 of t/p-1.0 (steps[1] of its recipe) failed with exit status 7.',
      notes: [{ message: 'The instruction is: RUN echo almost; sleep 1; echo oh no >&2; exit 7' }],
      output: ['almost', 'oh no'],
      hint: 'The whole output is in the log file of the task. Steps have no network unless the plugin option "network" gives them one.',
    }]);
  });

  it('leaves no container behind when a command fails', async () => {
    const mark = `exit ${process.pid % 200 + 1}`;
    await failureOf(buildImage(images.client, request({ steps: [mark] }, 'bad')));
    expect((await containers()).filter((line) => line.includes(mark))).toEqual([]);
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

  it('stops its container when it is aborted', async () => {
    const abort = new AbortController();
    const mark = `sleep 600.${process.pid}`;
    const build = buildImage(images.client, request({ steps: [mark] }, 'slow', {
      signal: abort.signal, onLine: (line) => { if (line.includes(mark)) setTimeout(() => abort.abort(new Error('stopped')), 1000); },
    }));
    await expect(build).rejects.toThrow('stopped');
    await expect.poll(async () => (await containers()).filter((line) => line.includes(mark)), { timeout: 20_000 }).toEqual([]);
  });

  it('leaves no container behind when the process that asked for it is killed', async () => {
    const mark = `sleep 700.${process.pid}`;
    const script = `
      import { connect, never } from ${JSON.stringify(new URL('../rig/engine.ts', import.meta.url).pathname)};
      import { createEntry, writeTar } from '@cos/archive';
      const client = await connect();
      const { Readable } = await import('node:stream');
      const stream = await client.stream({ method: 'POST', path: '/build', signal: never, query: { networkmode: 'host', rm: '1', forcerm: '1' },
        body: Readable.from(writeTar([createEntry({ path: 'Dockerfile' }, 'FROM ${images.repository}:base\\nRUN ${mark}')]), { objectMode: false }) });
      for await (const chunk of stream) process.stdout.write(chunk);`;
    const child = spawn(process.execPath, ['--conditions=source', '--input-type=module-typescript', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => { if (chunk.includes('Running in')) resolve(); });
      child.once('exit', () => reject(new Error('the child ended too early')));
    });
    await expect.poll(async () => (await containers()).filter((line) => line.includes(mark)), { timeout: 10_000 }).toHaveLength(1);
    child.kill('SIGKILL');
    await expect.poll(async () => (await containers()).filter((line) => line.includes(mark)), { timeout: 20_000 }).toEqual([]);
  });
});

/** All containers of the engine, running or not, that this file's images made. */
async function containers(): Promise<readonly string[]> {
  const { stdout } = await run('docker', ['ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.Image}} {{.Command}}']);
  return stdout.split('\n').filter((line) => line !== '');
}
