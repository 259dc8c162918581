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
    .replaceAll(/\.cos\/logs\/\d{8}-\d{6}-\d+-\d+\//g, '.cos/logs/<run>/')
    .replaceAll(/sha256:[0-9a-f]{12,64}/g, 'sha256:<digest>');
  return `exit code ${String(run.exitCode)}\n${text.trim()}\n`;
}

describe('a mistake ends in a message that says what, where and what to do', () => {
  test('an unknown option of the command', async () => {
    const workspace = tinyWorkspace();
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso', '--squas', 'fast']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_REQUEST_UNKNOWN_FLAG: The flag "--squas" is not known to cos or to target "build-iso".
        hint: Did you mean --squash?

      error COS_REQUEST_EXTRA_WORD: Nothing takes the word "fast": target "build-iso" has no parameters without a flag.
      "
    `);
  });

  test('an unknown target', async () => {
    const workspace = tinyWorkspace();
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-isos']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_REQUEST_UNKNOWN_TARGET: The config has no target "build-isos".
        hint: Did you mean "build-iso"?
      "
    `);
  });

  test('a wrong type and an unknown key in the config, all at once', async () => {
    const workspace = tinyWorkspace({ 'cos.config.ts': (text) => text.replace("standardPlugins()", "standardPlugins({ iso: { tmp: 1 } as never })").replace("platforms: ['linux/amd64'], trees", "platforms: 'linux/amd64' as never, treees: 1, trees") });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_PLUGIN_OPTIONS: The options of plugin "iso" have an unknown key "tmp".
        at cos.config.ts:11:12
             9 |
            10 | export default defineConfig({
          > 11 |   plugins: standardPlugins({ iso: { tmp: 1 } as never }),
               |            ^
            12 |   derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: 'linux/amd64' as never, treees: 1, trees: ['packages'] })],

      error COS_CONFIG_UNKNOWN_FIELD: Derivative "tiny-os" has an unknown field "treees".
        at cos.config.ts:12:17
            10 | export default defineConfig({
            11 |   plugins: standardPlugins({ iso: { tmp: 1 } as never }),
          > 12 |   derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: 'linux/amd64' as never, treees: 1, trees: ['packages'] })],
               |                 ^
            13 |   targets: standardTargets({ system: 'system/os', title: 'Tiny OS' }),
        hint: Did you mean "trees"?

      error COS_CONFIG_SHAPE: Expected a list of one of linux/amd64, linux/arm64 as "platforms" of derivative "tiny-os"; found "linux/amd64".
        at cos.config.ts:12:17
            10 | export default defineConfig({
            11 |   plugins: standardPlugins({ iso: { tmp: 1 } as never }),
          > 12 |   derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: 'linux/amd64' as never, treees: 1, trees: ['packages'] })],
               |                 ^
            13 |   targets: standardTargets({ system: 'system/os', title: 'Tiny OS' }),
      "
    `);
  });

  test('a plugin that is none, and a target that uses a plugin that is not there', async () => {
    const workspace = tinyWorkspace({
      'cos.config.ts': (text) =>
        text
          .replace('plugins: standardPlugins()', "plugins: [...standardPlugins(), { name: 'mine' } as never]")
          .replace("targets: standardTargets({", "targets: { x: { description: 'x', plan: (context: any) => [context.use.isoo.medium({ name: 'x', inputs: {} })] }, ...standardTargets({")
          .replace("title: 'Tiny OS' }),", "title: 'Tiny OS' }) },"),
    });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'x']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_PLUGIN_INVALID: Expected a configured plugin as plugins.11; found {"name":"mine"}.
        at cos.config.ts:10:16
             8 | });
             9 |
          > 10 | export default defineConfig({
               |                ^
            11 |   plugins: [...standardPlugins(), { name: 'mine' } as never],
        hint: A plugin is made by definePlugin and called with its options.

      error COS_PLAN_UNKNOWN_PLUGIN: The config has no plugin "isoo".
        at cos.config.ts:13:74
            11 |   plugins: [...standardPlugins(), { name: 'mine' } as never],
            12 |   derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
          > 13 |   targets: { x: { description: 'x', plan: (context: any) => [context.use.isoo.medium({ name: 'x', inputs: {} })] }, ...standardTargets({ system: 'system/os', ti
               |                                                                          ^
            14 | });
        hint: Did you mean "iso"?
      "
    `);
    const config = workspace.path('cos.config.ts');
    writeFileSync(config, readFileSync(config, 'utf8').replace(", { name: 'mine' } as never", ''));
    expect(messageOf(workspace, await runCos(workspace, ['run', 'x']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_PLAN_UNKNOWN_PLUGIN: The config has no plugin "isoo".
        at cos.config.ts:13:74
            11 |   plugins: [...standardPlugins()],
            12 |   derivatives: [defineDerivative({ name: 'tiny-os', version: '1.0.0', from: tiny, platforms: ['linux/amd64'], trees: ['packages'] })],
          > 13 |   targets: { x: { description: 'x', plan: (context: any) => [context.use.isoo.medium({ name: 'x', inputs: {} })] }, ...standardTargets({ system: 'system/os', ti
               |                                                                          ^
            14 | });
        hint: Did you mean "iso"?
      "
    `);
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
  tools: [defineTool({ name: 'mksquirrel', packages: { debian: 'squirrel-tools' } }), 'gatherhazel'],
  run: async ({ emit }) => ({ nut: await emit.nut('nowhere', {}) }),
});
const squirrel = definePlugin({ name: 'squirrel', apiVersion: 1, options: noOptions, stages: { stage } });
const tiny =`,
          )
          .replace('plugins: standardPlugins()', 'plugins: [...standardPlugins(), squirrel()]')
          .replace('targets: standardTargets({', "targets: { nut: { description: 'x', plan: (context) => [context.use.squirrel.stage({ name: 'x', inputs: {} }).nut] }, ...standardTargets({")
          .replace("title: 'Tiny OS' }),", "title: 'Tiny OS' }) },"),
    });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'nut']))).toMatchInlineSnapshot(`
      "exit code 3
      error COS_TOOL_MISSING: The tool \`mksquirrel\` was not found on this host.
        note: needed by squirrel.stage
        hint: Install squirrel-tools. Debian: apt-get install squirrel-tools. Or let cos run such tools in a container: \`engine: { toolchain: 'container' }\` in the config.

      error COS_TOOL_MISSING: The tool \`gatherhazel\` was not found on this host.
        note: needed by squirrel.stage
        hint: Install the package that brings \`gatherhazel\`.

      Failed in <time>: <counts>.
      "
    `);
  });

  test('no container engine', async () => {
    const workspace = tinyWorkspace();
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso'], { env: { DOCKER_HOST: 'unix:///nonexistent/engine.sock' } }))).toMatchInlineSnapshot(`
      "exit code 3
      error COS_PLUGIN_PREFLIGHT: No container engine answers at /nonexistent/engine.sock (ENOENT).
        note: needed by plugin docker-build
        hint: Start the engine ("systemctl start docker"), or set DOCKER_HOST to where it listens.

      Failed in <time>: <counts>.
      "
    `);
  });

  test('files of a tree that cannot be read, all at once', async () => {
    const workspace = tinyWorkspace({
      'packages/kernel/build.yaml': (text) => text.replace('steps:', 'stepz:'),
      'packages/service/build.yaml': (text) => `${text}  broken: [\n`,
      'packages/branding/build.yaml': (text) => text.replace('{{ .Values.greeting }}', '{{ .Values.greeting | uper }}'),
    });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_RESOLVE_RENDER_FAILED: the recipe of branding-system-1.0 cannot be rendered: function "uper" not defined
        at packages/branding/build.yaml:6:59
            4 |   version: ">=0"
            5 | steps:
          > 6 | - mkdir -p /etc/branding.d && echo "{{ .Values.greeting | uper }}" > /etc/branding.d/greeting
              |                                                           ^
        hint: Did you mean upper?

      error COS_RESOLVE_UNKNOWN_KEY: unknown key "stepz" in a build recipe, found "stepz"
        at packages/kernel/build.yaml:5:1
            3 |   name: base
            4 |   version: ">=0"
          > 5 | stepz:
              | ^^^^^
            6 | - mkdir -p /boot /lib/modules/1.0
        hint: did you mean "steps"?

      error COS_RESOLVE_YAML_SYNTAX: bad indentation of a sequence entry
        at packages/service/build.yaml:7:9
            5 | steps:
            6 | - mkdir -p /usr/bin && cp service.sh /usr/bin/service && chmod 0755 /usr/bin/service
          > 7 |   broken: [
              |         ^
      "
    `);
  });

  test('a tree that is not there', async () => {
    const workspace = tinyWorkspace({ 'cos.config.ts': (text) => text.replace("trees: ['packages']", "trees: ['pakages']") });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build-iso']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_RESOLVE_READ_FAILED: the folder cannot be read: Expected a readable path of the workspace; found "pakages": it does not exist.
        at pakages

      error COS_RESOLVE_UNKNOWN_PACKAGE: no package system/os in the trees
      "
    `);
  });

  test('packages that require each other in a circle', async () => {
    const workspace = tinyWorkspace({ 'packages/kernel/build.yaml': (text) => text.replace('steps:', '- category: app\n  name: service\n  version: ">=0"\nsteps:'), 'packages/service/build.yaml': (text) => text.replace('steps:', '- category: system\n  name: kernel\n  version: ">=0"\nsteps:') });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build', 'app/service']))).toMatchInlineSnapshot(`
      "exit code 2
      error COS_RESOLVE_CYCLE: packages require each other in a circle: kernel-system-1.0 -> service-app-1.0 -> kernel-system-1.0
        at packages/kernel/build.yaml:6:9
            4 |   version: ">=0"
            5 | - category: app
          > 6 |   name: service
              |         ^^^^^^^
            7 |   version: ">=0"
        note: kernel-system-1.0 requires service-app-1.0
        at packages/kernel/build.yaml:6:9
            4 |   version: ">=0"
            5 | - category: app
          > 6 |   name: service
              |         ^^^^^^^
            7 |   version: ">=0"
        note: service-app-1.0 requires kernel-system-1.0
        at packages/service/build.yaml:6:9
            4 |   version: ">=0"
            5 | - category: system
          > 6 |   name: kernel
              |         ^^^^^^
            7 |   version: ">=0"
      "
    `);
  });

  test('a build step that fails', async () => {
    const workspace = tinyWorkspace({ 'packages/service/build.yaml': (text) => text.replace('steps:\n', 'steps:\n- echo looking for it >&2 && ls /nowhere\n') });
    expect(messageOf(workspace, await runCos(workspace, ['run', 'build', 'app/service', '--jobs', '1']))).toMatchInlineSnapshot(`
      "exit code 1
      error COS_DOCKER_STEP_FAILED: Step 7 of 8 of app/service-1.0 (steps[0] of its recipe) failed with exit status 1.
        task: docker-build.image#app/service@1.0
        at packages/service/build.yaml:6:3
            4 |   version: ">=0"
            5 | steps:
          > 6 | - echo looking for it >&2 && ls /nowhere
              |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            7 | - mkdir -p /usr/bin && cp service.sh /usr/bin/service && chmod 0755 /usr/bin/service
        last output:
          | looking for it
          | ls: /nowhere: No such file or directory
        note: The instruction is: RUN echo looking for it >&2 && ls /nowhere
        hint: The whole output is in the log file of the task. Steps have no network unless the plugin option "network" gives them one.

      Outputs
        build/packages/base-system-1.0.manifest.ndjson
        build/packages/base-system-1.0.metadata.yaml
        build/packages/base-system-1.0.package.tar.zst

      Failed in <time>: <counts>.

      What next
        its whole output: .cos/logs/<run>/docker-build.image#app_service@1.0-699f062e.log
        why it ran:       npx cos why 'docker-build.image#app/service@1.0'
        the same order:   npx cos run ... --seed <n>
      "
    `);
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
    expect(messageOf(workspace, run)).toMatchInlineSnapshot(`
      "exit code 1
      error COS_TASK_DISK_FULL: No space is left on the disk for what the task makes.
        task: docker-build.unpack#tiny:1
        hint: Make space, or let the cache take less of it: \`cache.maxBytes\` in the config, \`cos clean\`.

      Failed in <time>: <counts>.

      What next
        its whole output: .cos/logs/<run>/docker-build.unpack#tiny_1-a8cafe3e.log
        why it ran:       npx cos why 'docker-build.unpack#tiny:1'
        the same order:   npx cos run ... --seed <n>
      "
    `);
    expect((await runCos(workspace, ['run', 'build', 'system/base'])).exitCode).toBe(0);
  });
});
