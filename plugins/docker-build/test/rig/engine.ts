import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createClient, type EngineClient } from '../../src/engine/client.ts';
import { findEndpoint } from '../../src/engine/endpoint.ts';
import { inspectImage, listTags, untagImage, type ImageName } from '../../src/engine/images.ts';
import { importImage } from '../../src/engine/import-image.ts';
import { busyboxTar } from './busybox.ts';
import { startPodman } from './podman.ts';

const run = promisify(execFile);

/** A real engine that tests work on. */
export interface TestEngine {
  readonly name: EngineName;
  readonly client: EngineClient;
  /** Variables that lead the plugin to it. */
  readonly env: Readonly<Record<string, string>>;
  /** The docker program with this engine; answers what it printed. */
  docker(...args: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

export type EngineName = (typeof engineNames)[number];

/** What is the same in every engine is tested on each. */
export const engineNames = ['docker', 'podman'] as const;

/** Docker is the engine of the host, which stays as it is; Podman is started for the test. */
export async function startEngine(name: EngineName): Promise<TestEngine> {
  if (name === 'docker') return engineAt(name, hostVariables(), async () => undefined);
  const podman = await startPodman();
  return engineAt(name, { ...hostVariables(), DOCKER_HOST: `unix://${podman.socket}` }, async () => podman.stop());
}

async function engineAt(name: EngineName, env: Readonly<Record<string, string>>, stop: () => Promise<void>): Promise<TestEngine> {
  const client = createClient(await findEndpoint({ socket: undefined, env }));
  return { name, client, env, docker: async (...args) => (await run('docker', [...args], { env })).stdout, stop };
}

/** What the environment says of the engine, as the plugin would get it. */
export function hostVariables(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** The engine of this host, as the environment names it. */
export async function connect(): Promise<EngineClient> {
  return createClient(await findEndpoint({ socket: undefined, env: hostVariables() }));
}

export const never = new AbortController().signal;

/** Processes of this host, those in containers among them, one of whose arguments is `argument`. */
export async function processesWith(argument: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map(async (pid) => ((await commandOf(pid)).includes(argument) ? [Number(pid)] : [])));
  return found.flat();
}

async function commandOf(pid: string): Promise<readonly string[]> {
  // A process may end between the two looks.
  return readFile(`/proc/${pid}/cmdline`, 'utf8').then((text) => text.split('\0'), () => []);
}

/** Images of one test file, under a repository of their own, removed at the end. */
export class TestImages {
  readonly client: EngineClient;
  readonly repository: string;
  /** Variables that lead to the engine; undefined: those of this process. */
  env: Readonly<Record<string, string>> | undefined;
  readonly #names: ImageName[] = [];

  constructor(client: EngineClient, repository = `cos-test/${Math.random().toString(36).slice(2, 12)}`) {
    this.repository = repository;
    this.client = client;
  }

  /** Of the engine at a socket. */
  static async at(socket: string): Promise<TestImages> {
    const env = { ...hostVariables(), DOCKER_HOST: `unix://${socket}` };
    const images = new TestImages(createClient(await findEndpoint({ socket: undefined, env })));
    images.env = env;
    return images;
  }

  name(tag: string): ImageName {
    const name = { repository: this.repository, tag };
    this.#names.push(name);
    return name;
  }

  async base(rootfs: AsyncIterable<Uint8Array> = busyboxTar()): Promise<string> {
    return importImage(this.client, { rootfs, name: this.name('base'), env: { PATH: '/bin' }, platform: 'linux/amd64', signal: never });
  }

  async layersOf(reference: string): Promise<readonly string[]> {
    return (await inspectImage(this.client, reference, never))?.layers ?? [];
  }

  async remove(): Promise<void> {
    const all = await listTags(this.client, this.repository, '', never);
    for (const name of all.toReversed()) await untagImage(this.client, name, never);
  }
}
