import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cosProgram, runCos, type CosRun } from '../rig/cos.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { checkout, makeWorkspace, type Workspace } from '../rig/workspace.ts';

// Whole messages, as a user reads them: what was expected, what was found, where, what to do. Exit codes: 1 a task failed, 2 the request or the
// configuration is wrong, 3 the host lacks something.

const project = join(import.meta.dirname, '..', 'incremental', 'project');

function tinyWorkspace(edits: Readonly<Record<string, (text: string) => string>> = {}): Workspace {
  const workspace = makeWorkspace(project);
  writeTinyBase(workspace.path('base.tar'));
  for (const [file, edit] of Object.entries(edits)) {
    const before = readFileSync(workspace.path(file), 'utf8');
    const after = edit(before);
    expect(after, `the edit of ${file} changes it`).not.toBe(before);
    writeFileSync(workspace.path(file), after);
  }
  return workspace;
}

/** What the user reads of a run that failed: without the lines of progress, and without what differs from run to run. */
function messageOf(workspace: Workspace, run: CosRun): string {
  const text = `${run.stdout}${run.stderr}`
    .split('\n')
    .filter((line) => !/^(planned|running|built|cached|failed|skipped|cancelled|cos run) /.test(line))
    .join('\n')
    .replaceAll(realpathSync(workspace.folder), '<workspace>')
    .replaceAll(workspace.folder, '<workspace>')
    .replaceAll(checkout, '<checkout>')
    .replaceAll(/^Failed in .*$/gm, 'Failed in <time>: <counts>.')
    .replaceAll(/--seed \d+/g, '--seed <n>')
    .replaceAll(/sha256:[0-9a-f]{12,64}/g, 'sha256:<digest>');
  return `exit code ${String(run.exitCode)}\n${text.trim()}\n`;
}

describe('a mistake ends in a message that says what, where and what to do', () => {
  test('an unknown option of the command', async () => {
    const workspace = tinyWorkspace();
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso', '--squas', 'fast']))).toMatchInlineSnapshot();
  });

  test('an unknown target', async () => {
    const workspace = tinyWorkspace();
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-isos']))).toMatchInlineSnapshot();
  });

  test('a wrong type and an unknown key in the config, all at once', async () => {
    const workspace = tinyWorkspace({ 'cos.config.ts': (text) => text.replace("standardPlugins()", "standardPlugins({ iso: { tmp: 1 } as never })").replace("platforms: ['linux/amd64'], trees", "platforms: 'linux/amd64' as never, treees: 1, trees") });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso']))).toMatchInlineSnapshot();
  });

  test('a plugin that is none, and a target that uses a plugin that is not there', async () => {
    const workspace = tinyWorkspace({
      'cos.config.ts': (text) =>
        text
          .replace('plugins: standardPlugins()', "plugins: [...standardPlugins(), { name: 'mine' } as never]")
          .replace("targets: standardTargets({", "targets: { x: { description: 'x', plan: (context: any) => [context.use.isoo.medium({ name: 'x', inputs: {} })] }, ...standardTargets({")
          .replace("title: 'Tiny OS' }),", "title: 'Tiny OS' }) },"),
    });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'x']))).toMatchInlineSnapshot();
    const config = workspace.path('cos.config.ts');
    writeFileSync(config, readFileSync(config, 'utf8').replace(", { name: 'mine' } as never", ''));
    expect(messageOf(workspace, await runCos(workspace, ['run', 'x']))).toMatchInlineSnapshot();
  });

  test('tools that the host lacks, all at once, before anything runs', async () => {
    const workspace = tinyWorkspace({
      'cos.config.ts': (text) =>
        text
          .replace('import { defineConfig, defineDerivative, defineDistribution }', 'import { createDefineStage, defineConfig, defineDerivative, defineDistribution, definePlugin, defineTool, noOptions } from \'@cos/core\';\nimport { textFile }')
          .replace("textFile } from '@cos/core'", "textFile } from '@cos/core/artifacts'")
          .replace(
            'const tiny =',
            `const stage = createDefineStage(noOptions)({
  description: 'use tools that nobody has', version: 1, cache: 'content', inputs: {}, outputs: { nut: textFile }, options: noOptions,
  tools: [defineTool({ name: 'mksquirrel', packages: { debian: 'squirrel-tools' } }), 'acorn'],
  run: async ({ emit }) => ({ nut: await emit.nut('nowhere', {}) }),
});
const squirrel = definePlugin({ name: 'squirrel', apiVersion: 1, options: noOptions, stages: { stage } });
const tiny =`,
          )
          .replace('plugins: standardPlugins()', 'plugins: [...standardPlugins(), squirrel()]')
          .replace('targets: standardTargets({', "targets: { nut: { description: 'x', plan: (context) => [context.use.squirrel.stage({ name: 'x', inputs: {} }).nut] }, ...standardTargets({")
          .replace("title: 'Tiny OS' }),", "title: 'Tiny OS' }) },"),
    });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'nut']))).toMatchInlineSnapshot();
  });

  test('no container engine', async () => {
    const workspace = tinyWorkspace();
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso'], { env: { DOCKER_HOST: 'unix:///nonexistent/engine.sock' } }))).toMatchInlineSnapshot();
  });

  test('files of a tree that cannot be read, all at once', async () => {
    const workspace = tinyWorkspace({
      'packages/kernel/build.yaml': (text) => text.replace('steps:', 'stepz:'),
      'packages/service/build.yaml': (text) => `${text}  broken: [\n`,
      'packages/branding/build.yaml': (text) => text.replace('{{ .Values.greeting }}', '{{ .Values.greeting | uper }}'),
    });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso']))).toMatchInlineSnapshot();
  });

  test('a tree that is not there', async () => {
    const workspace = tinyWorkspace({ 'cos.config.ts': (text) => text.replace("trees: ['packages']", "trees: ['pakages']") });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso']))).toMatchInlineSnapshot();
  });

  test('packages that require each other in a circle', async () => {
    const workspace = tinyWorkspace({ 'packages/kernel/build.yaml': (text) => text.replace('steps:', '- category: app\n  name: service\n  version: ">=0"\nsteps:'), 'packages/service/build.yaml': (text) => text.replace('steps:', '- category: system\n  name: kernel\n  version: ">=0"\nsteps:') });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build', 'app/service']))).toMatchInlineSnapshot();
  });

  test('a build step that fails', async () => {
    const workspace = tinyWorkspace({ 'packages/service/build.yaml': (text) => text.replace('steps:\n', 'steps:\n- echo looking for it && ls /nowhere\n') });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build', 'app/service', '--jobs', '1']))).toMatchInlineSnapshot();
  });

  test('a full disk: nothing half-written stays, and the next run with room completes', async () => {
    const workspace = tinyWorkspace();
    mkdirSync(workspace.path('.cos'));
    // A file system of 1 MiB for cache and scratch, in a mount namespace of its own, which needs no privileges.
    const script = `mount -t tmpfs -o size=1m tmpfs .cos && "${cosProgram}" run build system/base; code=$?; find .cos/cache -name '*.tmp*' -o -path '*scratch/*' | sort; exit $code`;
    const run = await new Promise<CosRun>((resolve) => {
      try {
        const stdout = execFileSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], { cwd: workspace.folder, encoding: 'utf8', stdio: 'pipe', env: { ...process.env, NO_COLOR: '1', PATH: `${join(cosProgram, '..')}:${process.env['PATH'] ?? ''}` } });
        resolve({ exitCode: 0, stdout, stderr: '', signal: null, events: [], summary: undefined, built: [] });
      } catch (error) {
        if (!(error instanceof Error && 'status' in error && 'stdout' in error && 'stderr' in error)) throw error;
        resolve({ exitCode: Number(error.status), stdout: String(error.stdout), stderr: String(error.stderr), signal: null, events: [], summary: undefined, built: [] });
      }
    });
    expect(messageOf(workspace, run)).toMatchInlineSnapshot();
    expect((await runCos(workspace, ['run', 'build', 'system/base'])).exitCode).toBe(0);
  });
});
