import { chmodSync, symlinkSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createEntry, writeTar } from '@cos/archive';
import { createWorkspace, runStage } from '@cos/core/testing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildImage } from '../../src/engine/build-image.ts';
import { listTags, referenceOf } from '../../src/engine/images.ts';
import { dockerBuild } from '../../src/index.ts';
import { dockerfileProject, type DockerfileProject } from '../rig/dockerfile-run.ts';
import { engineNames, never, processesWith, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';

let engine: TestEngine;
let images: TestImages;

const project = async (files: Readonly<Record<string, string>>): Promise<DockerfileProject> => dockerfileProject({ repository: images.repository, env: engine.env, files });
const BUILD = 'docker-build.dockerfile#test';

describe.each(engineNames)('the image of a Dockerfile in %s', (engineName) => {
  beforeAll(async () => {
    engine = await startEngine(engineName);
    images = new TestImages(engine.client);
  });
  afterAll(async () => {
    await images.remove();
    await engine.stop();
  });

  it('has what its steps make and what it copies from the context and from other stages', async () => {
    const { run: build } = await project({
      Dockerfile: 'ARG BASE=debian:12\nFROM ${BASE} AS tools\nRUN mkdir /out && echo tool > /out/tool\nFROM cos://base\nARG GREETING\nARG TARGETARCH\nCOPY --from=tools /out/ /tools/\nCOPY etc /etc/own\nRUN echo $GREETING $TARGETARCH > /greeting\n',
      'etc/a.conf': 'a\n',
      'etc/deep/b.conf': 'b\n',
    });
    const built = await build({ buildArgs: { GREETING: 'hello' } });
    expect(built.text).toBe('');
    expect(Object.fromEntries(built.files!)).toEqual({ 'etc/own/a.conf': 'a\n', 'etc/own/deep/b.conf': 'b\n', greeting: 'hello amd64\n', 'tools/tool': 'tool\n' });
  });

  it('has the whole context where it copies that, without what .dockerignore names, what cos writes and what is made for the engine', async () => {
    const { run: build, workspace } = await project({ Dockerfile: 'FROM a:1\nCOPY . /context\n', '.dockerignore': 'base.tar\n*.log\n**/secret\n', 'x.log': '', 'd/secret': '', 'd/file': 'f', 'd/e/file': 'g' });
    symlinkSync('d/file', workspace.join('link'));
    chmodSync(workspace.join('d/e/file'), 0o700);
    const built = await build();
    expect(built.text).toBe('');
    expect([...built.files!.keys()]).toEqual(['context/Dockerfile', 'context/d/e/file', 'context/d/file', 'context/link']);
    expect(built.files!.get('context/Dockerfile')).toBe('FROM a:1\nCOPY . /context\n');
    expect(built.files!.get('context/link')).toBe('-> d/file');
  });

  it('may come from a folder of its own, with rules beside the Dockerfile', async () => {
    const { run: build } = await project({ 'docker/os.dockerfile': 'FROM a:1\nCOPY . /context/\n', 'docker/os.dockerfile.dockerignore': 'no\n', 'files/yes': 'y', 'files/no': 'n', 'files/.dockerignore': 'yes\n' });
    const built = await build({ dockerfile: 'docker/os.dockerfile', context: 'files' });
    expect(built.text).toBe('');
    expect([...built.files!.keys()]).toEqual(['context/yes']);
  });

  it('is the chosen stage, for which the others need not even be right', async () => {
    const { run: build } = await project({ Dockerfile: 'FROM no:$WHERE AS broken\nRUN false\nFROM a:1 AS one\nRUN echo one > /one\nFROM one\nRUN false\n' });
    const built = await build({ target: 'one' });
    expect(built.text).toBe('');
    expect(Object.fromEntries(built.files!)).toEqual({ one: 'one\n' });
  });

  it('is built again when a file that it copies changes, and not when another one does', async () => {
    const { run: build, workspace } = await project({ Dockerfile: 'FROM a:1\nCOPY etc /etc/own\n', 'etc/a': '1', 'etc/b.log': '1', '.dockerignore': '**/*.log\n', other: '1' });
    expect((await build()).built).toContain(BUILD);
    expect((await build()).built).toEqual([]);
    await Promise.all([writeFile(workspace.join('other'), '2'), writeFile(workspace.join('etc/b.log'), '2'), writeFile(workspace.join('etc/c.log'), '2')]);
    expect((await build()).built).toEqual([]);
    await writeFile(workspace.join('etc/a'), '2');
    const changed = await build();
    expect(changed.built).toEqual([BUILD, 'look.contentOf#test']);
    expect(Object.fromEntries(changed.files!)).toEqual({ 'etc/own/a': '2' });
    await writeFile(workspace.join('etc/new'), '2');
    expect((await build()).built).toContain(BUILD);
    chmodSync(workspace.join('etc/new'), 0o755);
    expect((await build()).built).toContain(BUILD);
  });

  it('stays the same when only a comment of its Dockerfile changes: nothing that is made of it runs', async () => {
    const { run: build, workspace } = await project({ Dockerfile: 'FROM a:1\nRUN echo x > /x\n' });
    await build();
    await writeFile(workspace.join('Dockerfile'), '# a comment\nFROM a:1\nRUN echo x > /x\n');
    expect((await build()).built).toEqual([BUILD]);
  });

  it('is made of the layers that the engine has, unless the user forces the task', async () => {
    const { run: build, workspace } = await project({ Dockerfile: 'FROM a:1\nRUN cat /proc/uptime > /uptime\n' });
    const uptime = async (force: 'all' | 'none') => (await build({ force })).files!.get('uptime');
    const first = await uptime('none');
    await writeFile(workspace.join('Dockerfile'), '# other\nFROM a:1\nRUN cat /proc/uptime > /uptime\n');
    expect(await uptime('none')).toBe(first);
    expect(await uptime('all')).not.toBe(first);
  });

  it('says which line of the Dockerfile failed, with which status, and what it printed', async () => {
    const { run: build } = await project({ 'os/Dockerfile': '# escape=\\\nFROM no:1 AS unused\nFROM a:1\n\nRUN echo fine\nRUN echo working && \\\n  echo broken && \\\n  exit 3\n' });
    const { text, failure } = await build({ dockerfile: 'os/Dockerfile', context: 'os' });
    expect(failure).toMatchObject({ code: 'COS_DOCKER_STEP_FAILED', message: 'Step 3 of 3 of os/Dockerfile failed with exit status 3.', place: { file: 'os/Dockerfile', line: 6, column: 1 }, output: ['working', 'broken'] });
    expect(text).toContain('> 6 | RUN echo working && \\');
  });

  it('says which line the engine cannot read', async () => {
    const { run: build } = await project({ Dockerfile: 'FROM a:1\n\nENV a b\nCOPY x\n', x: '' });
    const { failure } = await build();
    expect(failure).toMatchObject({ code: 'COS_DOCKER_DOCKERFILE_SYNTAX', place: { file: 'Dockerfile', line: 4 } });
  });

  it('says that here-documents may be the reason where the engine cannot read them', async () => {
    const { run: build } = await project({ Dockerfile: 'FROM a:1\nRUN true\nRUN <<EOF\necho a\nEOF\n' });
    const { failure } = await build();
    expect(failure).toMatchObject({ notes: [{ message: 'The first here-document begins here.', place: { file: 'Dockerfile', line: 3 } }], hint: expect.stringContaining('may not know here-documents') });
  });

  it('tells before anything runs which files are missing, and all that is wrong at once', async () => {
    const { run: build } = await project({ Dockerfile: 'FROM a:1\nCOPY nothing /x\nCOPY etc/a /x\nADD https://example.test/f /f\nCOPY --from=9 / /\n', 'etc/a': '', '.dockerignore': 'etc' });
    const { diagnostics, summary, text } = await build();
    expect(summary).toBeUndefined();
    expect(diagnostics.map(({ code, place }) => [code, place?.line, place?.column])).toEqual([
      ['COS_DOCKER_DOCKERFILE_REFERENCE', 5, 13], ['COS_DOCKER_DOCKERFILE_COPY', 2, 6], ['COS_DOCKER_DOCKERFILE_COPY', 3, 6], ['COS_DOCKER_DOCKERFILE_NETWORK', 4, 5],
    ]);
    expect(text).toContain('Expected "etc/a" in the context "."; .dockerignore leaves it out.');
    expect(text).toMatch(/> 2 \| COPY nothing \/x\n\s+\| {6}\^{7}/);
  });

  it('warns of build arguments that nothing declares', async () => {
    const { run: build } = await project({ Dockerfile: 'FROM a:1\nARG GREETING=x\nRUN echo $GREETING > /x\n' });
    const { diagnostics, files } = await build({ buildArgs: { GREETNG: 'y' } });
    expect(diagnostics).toMatchObject([{ code: 'COS_DOCKER_DOCKERFILE_ARGUMENT', severity: 'warning', hint: 'Did you mean "GREETING"?' }]);
    expect(files!.get('x')).toBe('x\n');
  });

  it('is built without network unless the plugin gives steps one', async () => {
    const { run: build } = await project({ Dockerfile: 'FROM a:1\nARG N\nRUN cat /proc/net/route > /routes\n' });
    const routes = async (plugin: object, N: string) => (await build({ plugin, buildArgs: { N } })).files!.get('routes')!.trim().split('\n').length;
    expect(await routes({}, '1')).toBe(1);
    expect(await routes({ network: 'host' }, '2')).toBeGreaterThan(1);
  });

  it('does not start from an image that has instructions for that case, but copies from one', async () => {
    await images.base();
    const name = images.name('onbuild');
    const text = `FROM ${referenceOf(images.name('base'))}\nONBUILD COPY --from=registry.example/x:1 / /\n`;
    await buildImage(images.client, {
      subject: 'onbuild', steps: [], dockerfileName: 'd', context: writeTar([createEntry({ path: 'd' }, text)]), tag: referenceOf(name), network: 'none', buildArgs: {}, onLine: () => undefined, signal: never,
    });
    const reference = referenceOf(name);
    const built = async (text: string) => {
      const workspace = await createWorkspace({ Dockerfile: text });
      onTestFinished(async () => workspace.remove());
      const inputs = { dockerfile: workspace.join('Dockerfile'), context: [], images: [{ path: reference, meta: { reference } }] };
      return runStage(dockerBuild({ repository: images.repository }), 'dockerfile', { workspace, env: engine.env, inputs, options: { file: 'Dockerfile', references: ['x:1'], context: [] } });
    };
    await using refused = await built('FROM x:1\n');
    expect(refused.failure).toMatchObject({ code: 'COS_DOCKER_ONBUILD', notes: [{ message: 'ONBUILD COPY --from=registry.example/x:1 / /' }] });
    await using copied = await built('FROM scratch\nCOPY --from=x:1 /bin /bin\n');
    expect(copied.text).toBe('');
    await using other = await built('FROM y:1\n');
    expect(other.failure).toMatchObject({ code: 'COS_DOCKER_DOCKERFILE_CHANGED' });
  });

  it('leaves no name of the run behind, neither when it is built nor when it fails', async () => {
    const { run: build, workspace } = await project({ Dockerfile: 'FROM a:1\nRUN true\n' });
    await build();
    await writeFile(workspace.join('Dockerfile'), 'FROM a:1\nRUN false\n');
    expect((await build()).failure).toMatchObject({ code: 'COS_DOCKER_STEP_FAILED' });
    expect(await listTags(images.client, images.repository, 'run-', never)).toEqual([]);
  });

  it('is cancelled together with its container', async () => {
    // Podman lets a running command come to its end.
    const mark = `${engineName === 'docker' ? 900 : 5}.${process.pid}`;
    const { run: build } = await project({ Dockerfile: `FROM a:1\nRUN sleep ${mark}\n` });
    const abort = new AbortController();
    const { outcomes } = await build({ signal: abort.signal, onLine: (line) => line.includes(`RUN sleep ${mark}`) && setTimeout(() => abort.abort(), 500) });
    expect(outcomes[BUILD]).toBe('cancelled');
    await expect.poll(async () => processesWith(mark), { timeout: 20_000 }).toEqual([]);
  });

  it('is built anew when the engine lost it', async () => {
    const { run: build, workspace } = await project({ Dockerfile: 'FROM a:1\nRUN echo again > /x\n' });
    await build();
    const names = await listTags(images.client, images.repository, '', never);
    await engine.docker('rmi', '--force', ...names.map(referenceOf));
    await rm(workspace.join('build'), { recursive: true });
    await writeFile(workspace.join('Dockerfile'), '# other\nFROM a:1\nRUN echo again > /x\n');
    const { text, files } = await build();
    expect(text).toBe('');
    expect(Object.fromEntries(files!)).toEqual({ x: 'again\n' });
  });
});
