import { readFile, stat } from 'node:fs/promises';
import { createDefineStage, defineDerivative, defineDistribution, definePlugin, defineTool, fileTree, noOptions, type StageContext } from '@cos/core';
import { createWorkspace, runConfig, type AnyConfig, type TemporaryWorkspace } from '@cos/core/testing';
import { createEntry } from '@cos/archive';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dockerBuild } from '../../src/index.ts';
import { busyboxTar } from '../rig/busybox.ts';
import { engineNames, startEngine, TestImages, type TestEngine } from '../rig/engine.ts';

// Tools that the host does not have, or has otherwise: `greet` is a script of the image alone.

const script = `#!/bin/sh
case "$1" in
--version) echo greet 7.1;;
in) cat; echo end >&2;;
write) echo "$2" > "$3"; ls -ln "$3" | cat;;
where) echo "$PWD $HOME $(id -u) $FROM_STAGE $SOURCE_DATE_EPOCH";;
fail) echo nothing good >&2; exit 3;;
sleep) echo started; exec sleep 600;;
net) cat /proc/net/dev;;
see) cat "$2";;
esac
`;
const packages = { debian: 'greet' };

describe.each(engineNames)('tools in a container of %s', (name) => {
  let engine: TestEngine;
  let images: TestImages;
  let image: string;
  // One for all, so that what is known of the image is asked for once.
  let workspace: TemporaryWorkspace;
  beforeAll(async () => {
    workspace = await createWorkspace({ 'greeting.txt': 'from the workspace\n' });
    engine = await startEngine(name);
    images = new TestImages(engine.client);
    await images.base(busyboxTar([createEntry({ path: 'bin/greet', mode: 0o755 }, script), createEntry({ path: 'lib', type: 'directory' }), createEntry({ path: 'lib/greetings' }, 'hello from the image\n')]));
    image = `${images.repository}:base`;
  }, 120_000);
  afterAll(async () => {
    await images.remove();
    await engine.stop();
    await workspace.remove();
  });

  type Context = StageContext<{}, { readonly made: typeof fileTree }, typeof noOptions, unknown>;

  /** Runs one stage that uses `greet`. */
  async function run(work: (context: Context) => Promise<string>, options: { readonly tool?: Parameters<typeof defineTool>[0]; readonly signal?: AbortSignal; readonly toolchain?: 'host' | 'container'; readonly onLine?: (line: string) => void } = {}) {
    const stage = createDefineStage(noOptions)({
      description: 'greet',
      version: 1,
      cache: 'content',
      inputs: {},
      outputs: { made: fileTree },
      options: noOptions,
      tools: [defineTool(options.tool ?? { name: 'greet', packages, files: ['/lib/greetings'] })],
      run: async (context) => ({ made: await context.emit.made(await work(context), {}) }),
    });
    const plugin = definePlugin({ name: 'greeter', apiVersion: 1, options: noOptions, stages: { greet: stage } });
    const config: AnyConfig = {
      plugins: [dockerBuild({ toolchain: { image, network: 'host' } }), plugin()],
      derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })],
      engine: { toolchain: options.toolchain ?? 'container' },
      targets: { test: { description: 'the test', plan: ({ use }: any) => ({ made: use.greeter.greet({ name: 'x', inputs: {} }).made }) } },
    };
    const ran = await runConfig(config, {
      workspace: workspace.path,
      env: { ...engine.env },
      force: 'all',
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onEvent: (event) => {
        if (event.type === 'task-output') options.onLine?.(event.line);
      },
    });
    const made = await readFile(workspace.join('build/made'), 'utf8').catch(() => undefined);
    const owner = await stat(workspace.join('build/made')).then(({ uid }) => uid, () => undefined);
    return { ...ran, made, owner };
  }

  const containers = async (): Promise<string> => engine.docker('ps', '--all', '--quiet', '--filter', 'label=cos.toolchain.run');

  test('read standard input and write standard output, files of scratch and diagnostics as on the host', async () => {
    const { made, text } = await run(async ({ exec, scratch }) => {
      const large = Buffer.alloc(3_000_000, 'abcdefghi\n');
      const { stderr } = await exec('greet', ['in'], { stdin: large, stdoutFile: 'out' });
      const { stdout } = await exec('greet', ['write', 'a word', `${scratch}/written`]);
      const out = await readFile(`${scratch}/out`);
      await exec('greet', ['in'], { stdin: `${out.equals(large)} ${stderr.trim()} ${await readFile(`${scratch}/written`, 'utf8')} ${stdout.split(/\s+/)[2]}`, stdoutFile: 'result' });
      return 'result';
    });
    expect(text).toBe('');
    expect(made).toBe(`true end a word\n ${process.getuid?.()}`);
  }, 120_000);

  test('have the environment, the folder and the user that they would have on the host, and no network', async () => {
    const { made, text, owner } = await run(async ({ exec, scratch }) => {
      const { stdout } = await exec('greet', ['where'], { env: { FROM_STAGE: 'yes' } });
      const net = await exec('greet', ['net']);
      const interfaces = net.stdout.split('\n').flatMap((line) => /^\s*(\w+):/.exec(line)?.[1] ?? []);
      const { stdout: result } = await exec('greet', ['in'], { stdin: `${stdout.replaceAll(scratch, 'SCRATCH').trim()} ${interfaces.join()}`, stdoutFile: 'result' });
      return result === '' ? 'result' : 'no';
    });
    expect(text).toBe('');
    expect(made).toBe(`SCRATCH SCRATCH ${process.getuid?.()} yes 315532800 lo`);
    expect(owner).toBe(process.getuid?.());
  }, 120_000);

  test('are missed on the host, and the message tells of the container', async () => {
    const host = await run(async () => 'no', { toolchain: 'host' });
    expect(host.text).toContain('The tool `greet` was not found on this host.');
    expect(host.text).toContain("engine: { toolchain: 'container' }");
  }, 120_000);

  test('bring files that stages read', async () => {
    const { made, text } = await run(async ({ exec, toolFile }) => {
      const greetings = await toolFile('/lib/greetings');
      await expect(toolFile('/etc/hosts')).rejects.toThrow('no tool of this stage declares the file /etc/hosts');
      await exec('greet', ['in'], { stdin: await readFile(greetings), stdoutFile: 'result' });
      return 'result';
    });
    expect(text).toBe('');
    expect(made).toBe('hello from the image\n');
  }, 120_000);

  test('may read the workspace and write nothing of it', async () => {
    const { made, text } = await run(async ({ exec, scratch }) => {
      const workspace = scratch.slice(0, scratch.indexOf('/.cos/'));
      const { stdout } = await exec('greet', ['see', `${workspace}/greeting.txt`]);
      const { stderr } = await exec('greet', ['write', 'x', `${workspace}/greeting.txt`], { exits: [0, 1, 2] });
      await exec('greet', ['in'], { stdin: `${stdout}${/[Rr]ead-only/.test(stderr)}`, stdoutFile: 'result' });
      return 'result';
    });
    expect(text).toBe('');
    expect(made).toBe('from the workspace\ntrue');
  }, 120_000);

  test('fail with their own status and last lines', async () => {
    const { text, summary } = await run(async ({ exec }) => {
      await exec('greet', ['fail']);
      return 'no';
    });
    expect(text).toContain('`greet` ended with exit status 3.');
    expect(text).toContain('nothing good');
    expect(text).toContain('command: greet fail');
    expect(summary?.exitCode).toBe(1);
  }, 120_000);

  test('end with the run, and no container stays', async () => {
    const controller = new AbortController();
    const { summary } = await run(
      async ({ exec }) => {
        await exec('greet', ['sleep']);
        return 'no';
      },
      { signal: controller.signal, onLine: (line) => (line === 'started' ? controller.abort(new Error('enough')) : undefined) },
    );
    expect(summary?.exitCode).toBe(130);
    expect(await containers()).toBe('');
  }, 120_000);

  test('that a killed run left are removed by the next', async () => {
    const dead = '00000000-1-1-1';
    await engine.docker('create', '--label', `cos.toolchain.run=${dead}`, '--network', 'none', image, 'sleep', '600');
    expect(await containers()).not.toBe('');
    await run(async ({ exec }) => {
      await exec('greet', ['in'], { stdin: 'x', stdoutFile: 'result' });
      return 'result';
    });
    expect(await containers()).toBe('');
  }, 120_000);

  test('that the image does not have are named before anything runs', async () => {
    const { text, summary } = await run(async () => 'no', { tool: { name: 'absent', packages: { debian: 'absent-tools' }, files: ['/lib/greetings', '/lib/nothing'] } });
    expect(text).toContain('The tool `absent` was not found in the image cos/toolchain:');
    expect(text).toContain('absent-tools (debian)');
    expect(summary?.exitCode).toBe(3);
    const { text: files } = await run(async () => 'no', { tool: { name: 'greet', packages, files: ['/lib/greetings', '/lib/nothing'] } });
    expect(files).toContain('`greet` needs /lib/nothing, which was not found in the image cos/toolchain:');
  }, 120_000);

  test('get no secrets as open files, which is told', async () => {
    const { text } = await run(async ({ exec }) => {
      await exec('greet', ['in'], { secretFds: [{ secret: { env: 'HOME' }, name: 'env:HOME' }] });
      return 'no';
    });
    expect(text).toContain('COS_TOOL_NOT_IN_TOOLCHAIN');
  }, 120_000);

  test('that do not say in which packages they are run on the host', async () => {
    const { made, text } = await run(
      async ({ exec }) => {
        await exec('sh', ['-c', 'cat /bin/greet 2>/dev/null || echo of the host'], { stdoutFile: 'result' });
        return 'result';
      },
      { tool: { name: 'sh' } },
    );
    expect(text).toBe('');
    expect(made).toBe('of the host\n');
  }, 120_000);

  test('need the engine, and say so when it is gone', async () => {
    const stage = createDefineStage(noOptions)({ description: 'greet', version: 1, cache: 'content', inputs: {}, outputs: { made: fileTree }, options: noOptions, tools: [defineTool({ name: 'greet', packages })], run: async ({ emit }) => ({ made: await emit.made('no', {}) }) });
    const plugin = definePlugin({ name: 'greeter', apiVersion: 1, options: noOptions, stages: { greet: stage } });
    const ran = await runConfig(
      {
        plugins: [dockerBuild({ toolchain: { image } }), plugin()],
        derivatives: [defineDerivative({ name: 'test', from: defineDistribution({ name: 'test', values: {}, platforms: {} }), platforms: ['linux/amd64'], trees: [] })],
        engine: { toolchain: 'container' },
        targets: { test: { description: 'the test', plan: ({ use }: any) => [use.greeter.greet({ name: 'x', inputs: {} }).made] } },
      },
      { workspace: workspace.path, env: { ...engine.env, DOCKER_HOST: 'unix:///nowhere/engine.sock' } },
    );
    expect(ran.text).toContain('COS_DOCKER_TOOLCHAIN');
    expect(ran.text).toContain('/nowhere/engine.sock');
  }, 120_000);

});
