import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { runCos, type CosRun } from '../rig/cos.ts';
import { startEngineProxy } from '../rig/engine-proxy.ts';
import { makeLocalBase } from '../rig/local-base.ts';
import { startSecondEngine } from '../rig/second-engine.ts';
import type { Workspace } from '../rig/workspace.ts';

/** An engine of its own, which has one small base image, and `cos build` on it. */
export interface Builder extends AsyncDisposable {
  /** Name of the base image. */
  readonly base: string;
  /** Runs `cos build --tree tree` with more words. */
  build(workspace: Workspace, ...words: readonly string[]): Promise<BuildRun>;
  /** What the program of the engine prints. */
  docker(...words: readonly string[]): Promise<string>;
}

export interface BuildRun extends CosRun {
  /** What the engine was asked to build, sorted: `m builder` and `m` are the two images of t/m-1.0. */
  readonly engineBuilds: readonly string[];
  /** The same of builds in which no instruction was taken from the cache of the engine. */
  readonly builtAnew: readonly string[];
  /** Warnings of tasks. */
  readonly warnings: readonly string[];
}

export async function startBuilder(): Promise<Builder> {
  const engine = await startSecondEngine();
  const proxy = await startEngineProxy(engine.socket);
  const base = makeLocalBase(`unix://${engine.socket}`);
  return {
    base: base.name,
    async build(workspace, ...words) {
      const run = await runCos(workspace, ['build', '--tree', 'tree', ...words, '--reporter', 'json'], { env: { DOCKER_HOST: proxy.host } });
      const builds = proxy.takeBuilds();
      return {
        ...run,
        engineBuilds: builds.map(({ dockerfile }) => nameOf(dockerfile)).sort(),
        builtAnew: builds.flatMap(({ dockerfile, usesCache }) => (usesCache ? [] : [nameOf(dockerfile)])).sort(),
        warnings: run.events.flatMap((event) => (event.type === 'task-output' && event.stream === 'warn' ? [event.line] : [])),
      };
    },
    docker: async (...words) => (await promisify(execFile)('docker', [...words], { env: { ...process.env, DOCKER_HOST: proxy.host } })).stdout,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

function nameOf(dockerfile: string): string {
  return dockerfile.replace(/-t-1\.0(-builder)?\.dockerfile$/, (_, builder: string | undefined) => (builder === undefined ? '' : ' builder'));
}

/** Packages of which there are archives, sorted. */
export function archivesIn(workspace: Workspace, ...folder: readonly string[]): readonly string[] {
  return readdirSync(workspace.path(...(folder.length === 0 ? ['build', 'packages'] : folder)))
    .flatMap((name) => (name.endsWith('.package.tar.zst') ? [name.replace(/-t-1\.0\.package\.tar\.zst$/, '')] : []))
    .sort();
}
