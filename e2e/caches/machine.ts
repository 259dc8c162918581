import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { runCos, type CosRun } from '../rig/cos.ts';
import { startEngineProxy } from '../rig/engine-proxy.ts';
import { startSecondEngine } from '../rig/second-engine.ts';
import { writeTinyBase } from '../rig/tiny-base.ts';
import { makeWorkspace, removeWorkspace, type Workspace } from '../rig/workspace.ts';

/** A host with an engine of its own and a copy of the project. */
export interface Machine extends AsyncDisposable {
  readonly workspace: Workspace;
  /** Runs `cos` there. */
  cos(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<MachineRun>;
  /** What the program of its engine prints. */
  docker(...args: readonly string[]): Promise<string>;
  /** The archives and metadata that it has made, by name. */
  outputs(): Readonly<Record<string, string>>;
}

export interface MachineRun extends CosRun {
  /** Packages that the engine was asked to build, `name-category-version`, sorted. */
  readonly engineBuilds: readonly string[];
  /** Packages whose image task ran, sorted: they were built or pulled. */
  readonly images: readonly string[];
  readonly warnings: readonly string[];
}

/** `engine`: the socket of an engine; default one that is started for it. */
export async function startMachine(project: string, engine?: string): Promise<Machine> {
  const workspace = makeWorkspace(project, { keep: true });
  writeTinyBase(workspace.path('base.tar'));
  const second = engine === undefined ? await startSecondEngine() : undefined;
  const proxy = await startEngineProxy(engine ?? second?.socket);
  return {
    workspace,
    async cos(args, env = {}) {
      const run = await runCos(workspace, [...args, ...(args[0] === 'run' ? ['--reporter', 'json'] : [])], { env: { ...env, DOCKER_HOST: proxy.host } });
      return {
        ...run,
        engineBuilds: [...new Set(proxy.takeBuilds().map(({ dockerfile }) => dockerfile.replace(/(?:-builder)?\.dockerfile$/, '')))].sort(),
        images: run.built.flatMap((key) => (key.startsWith('docker-build.image#') ? [key.slice('docker-build.image#'.length)] : [])),
        warnings: run.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : [])),
      };
    },
    docker: async (...args) => (await promisify(execFile)('docker', [...args], { env: { ...process.env, DOCKER_HOST: proxy.host } })).stdout,
    outputs: () => Object.fromEntries(readdirSync(workspace.path('build/packages')).sort().map((name) => [name, readFileSync(workspace.path('build/packages', name)).toString('base64')])),
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await second?.[Symbol.asyncDispose]();
      removeWorkspace(workspace);
    },
  };
}
