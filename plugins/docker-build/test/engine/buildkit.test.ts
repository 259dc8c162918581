import { createEntry, writeTar } from '@cos/archive';
import { CosError } from '@cos/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, type BuildRequest } from '../../src/engine/build-image.ts';
import { BuildkitSteps } from '../../src/engine/buildkit-steps.ts';
import { inspectImage, referenceOf } from '../../src/engine/images.ts';
import { never, processesWith, startEngine, TestImages } from '../rig/engine.ts';

let images: TestImages;
beforeAll(async () => {
  images = new TestImages((await startEngine('docker')).client);
  await images.base();
});
afterAll(async () => images.remove());

/** Builds the Dockerfile of these instructions, the base of which is called BASE. */
async function build(instructions: readonly string[], more: Partial<BuildRequest> = {}): Promise<{ readonly id: string; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const texts = instructions.map((text) => text.replace('BASE', referenceOf(images.name('base'))));
  let line = 1;
  const steps = texts.map((text) => {
    const step = { text, line };
    line += text.split('\n').length;
    return step;
  });
  const id = await buildImage(images.client, {
    subject: 'it', steps, dockerfileName: 'd', context: writeTar([createEntry({ path: 'd' }, texts.join('\n')), createEntry({ path: 'greeting' }, 'hello\n')]),
    tag: referenceOf(images.name('built')), network: 'host', buildArgs: {}, builder: 'buildkit', onLine: (text) => lines.push(text), signal: never, ...more,
  });
  return { id, lines };
}

async function failureOf(promise: Promise<unknown>): Promise<CosError['diagnostics'][number] | undefined> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof CosError)) throw error;
  return error.diagnostics[0];
}

describe('a build in BuildKit', () => {
  it('ends with an image of the given name and shows what the steps print', async () => {
    const { id, lines } = await build(['FROM BASE', 'COPY . /in', 'ENV A=1', `RUN cat /in/greeting; echo ${process.pid}`, 'RUN echo $A >&2; printf rest'], { layerCache: false });
    expect((await inspectImage(images.client, referenceOf(images.name('built')), never))?.id).toBe(id);
    expect(lines.filter((text) => text.startsWith('['))).toEqual(expect.arrayContaining(['[2/5] COPY . /in', `[4/5] RUN cat /in/greeting; echo ${process.pid}`, '[5/5] RUN echo $A >&2; printf rest']));
    expect(lines.filter((text) => !text.startsWith('[')).toSorted()).toEqual(['hello', String(process.pid), '1', 'rest'].toSorted());
  });

  it('names the instruction, its status and its last lines when a command fails, in any of several stages', async () => {
    const stages = ['FROM BASE AS tools', 'ENV A=1', 'RUN echo fine', 'FROM BASE', 'ENV B=1', 'COPY --from=tools /bin /bin', 'RUN echo almost; echo no; exit 7'];
    expect(await failureOf(build(stages))).toMatchObject({ code: 'COS_DOCKER_STEP_FAILED', message: 'Step 7 of 7 of it failed with exit status 7.', output: ['almost', 'no'] });
    expect(await failureOf(build(stages.with(2, 'RUN exit 3').with(6, 'RUN true')))).toMatchObject({ code: 'COS_DOCKER_STEP_FAILED', message: 'Step 3 of 7 of it failed with exit status 3.' });
  });

  it('says which instruction cannot be read, and which file is missing', async () => {
    expect(await failureOf(build(['FROM BASE', 'RUN echo a\necho b', 'RUN true']))).toMatchObject({ code: 'COS_DOCKER_DOCKERFILE_SYNTAX', message: expect.stringContaining('Step 2 of 3 of it does not make a Dockerfile') as unknown });
    expect(await failureOf(build(['FROM BASE', 'COPY nothing /x']))).toMatchObject({ code: 'COS_DOCKER_BUILD_FAILED', message: expect.stringContaining('nothing') as unknown });
  });

  it('ends with its commands when it is aborted', async () => {
    const abort = new AbortController();
    const mark = `650.${process.pid}`;
    const aborted = build(['FROM BASE', `RUN sleep ${mark}`], { signal: abort.signal, onLine: (text) => text.includes(`RUN sleep ${mark}`) && setTimeout(() => abort.abort(new Error('stopped')), 1000) });
    await expect(aborted).rejects.toThrow('stopped');
    await expect.poll(async () => processesWith(mark), { timeout: 30_000 }).toEqual([]);
  });
});

describe('a report of BuildKit', () => {
  it('that is cut off or of another form is no report', () => {
    const steps = new BuildkitSteps(['FROM a']);
    for (const bytes of [[0x0a, 0x05, 0x01], [0x0a, 0x80], [0x0f]]) expect(() => [...steps.read(Buffer.from(bytes).toString('base64'))]).toThrow(/cut off|unknown type/);
    expect([...steps.read('')]).toEqual([]);
  });
});
