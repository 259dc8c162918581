import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createWorkspace, type TemporaryWorkspace } from '../../src/testing.ts';

// The real command on a folder of its own, as a user has it: cos.config.ts beside node_modules.

const engine = fileURLToPath(new URL('../../', import.meta.url));
export const launcher = `${engine}bin/cos.js`;

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CosWorkspace extends TemporaryWorkspace {
  /** Runs `cos` with arguments and waits for its end. */
  cos(...args: readonly string[]): Promise<Ended>;
  /** Starts `cos` and answers at once. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Started;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Settles when standard output has shown the text. */
  shows(text: string): Promise<void>;
}

/** A workspace whose config can import `@cos/core` and `zod/mini`. */
export async function createCosWorkspace(files: Readonly<Record<string, string>>): Promise<CosWorkspace> {
  const workspace = await createWorkspace(files);
  await mkdir(workspace.join('node_modules/@cos'), { recursive: true });
  await symlink(engine, workspace.join('node_modules/@cos/core'));
  await symlink(fileURLToPath(new URL('../../../../node_modules/zod', import.meta.url)), workspace.join('node_modules/zod'));
  const start: CosWorkspace['start'] = (args, env = {}) => startProgram(process.execPath, [launcher, ...args], workspace.path, env);
  return { ...workspace, start, cos: (...args) => start(args).ended };
}

/** Starts a program without the variables that steer cos, and collects what it prints. */
export function startProgram(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Started {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COS_') && name !== 'FORCE_COLOR' && !name.startsWith('VITEST') && name !== 'NODE_OPTIONS'));
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: { ...clean, NO_COLOR: '1', ...env } });
  let stdout = '';
  let stderr = '';
  const watchers: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const watcher of watchers) watcher();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const shows = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text)) resolve();
      };
      watchers.push(look);
      look();
      void ended.then(() => reject(new Error(`ended without showing ${JSON.stringify(text)}:\n${stdout}${stderr}`)));
    });
  return { child, ended, shows };
}

/** A plugin for configs in files: `shell.run` with a command that finds its inputs as $1, $2, ... and makes `out`. */
export const shellPlugin = `
import { createDefineStage, definePlugin, fileTree, many } from '@cos/core';
import * as z from 'zod/mini';
const options = z.object({ level: z._default(z.enum(['low', 'high']), 'low') });
const run = createDefineStage(options)({
  description: 'run a command', version: 1, cache: 'content', inputs: { files: many(fileTree) }, outputs: { out: fileTree },
  options: z.object({ command: z.string() }), tools: ['sh'],
  async run({ inputs, options: { command }, exec, emit, scratch }) {
    const paths = await Promise.all(inputs.files.map((file) => file.path()));
    await exec('sh', ['-euc', command, 'sh', ...paths]);
    return { out: await emit.out(scratch + '/out', {}) };
  },
});
export const shell = definePlugin({ name: 'shell', apiVersion: 1, options, stages: { run } });
`;

/** A config with that plugin; \`targets\` is text of the members. */
export function configText(targets: string, more = ''): string {
  return `import { defineConfig, defineDerivative, defineDistribution } from '@cos/core';
import { shell } from './shell.ts';

const preset = defineDistribution({ name: 'preset', values: { kernel: 'default', boot: { timeout: 5 } }, platforms: {} });

export default defineConfig({
  plugins: [shell()],
  derivatives: [defineDerivative({ name: 'sample', from: preset, platforms: ['linux/amd64'], trees: [] })],
  targets: {
${targets}
  },
${more}});
`;
}
