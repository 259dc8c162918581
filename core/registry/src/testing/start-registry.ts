import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestRegistryOptions {
  /** More of the registry's configuration, by section: `{ auth: { … }, http: { tls: { … } } }`. See docker-registry's "Configuring a registry". */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Where blobs are kept; it is not removed. Default: a folder of its own, which goes away with the registry. */
  readonly folder?: string;
  /** Undefined = a free one. */
  readonly port?: number;
}

/** A real registry, the program `docker-registry` of Debian, on a free port of the loopback. */
export interface TestRegistry extends AsyncDisposable {
  /** Host and port, as in references: `127.0.0.1:40123`. */
  readonly host: string;
  readonly port: number;
  /** What it keeps. */
  readonly folder: string;
  /** What it has logged so far. */
  readonly log: () => string;
  /** Ends it at once, like a crash. What it keeps stays until `close`. */
  readonly kill: () => Promise<void>;
  /** Ends it and removes its own folder. */
  readonly close: () => Promise<void>;
}

/** Starts a registry that allows deletion, and waits until it answers. */
export async function startRegistry({ config = {}, folder, port = 0 }: TestRegistryOptions = {}): Promise<TestRegistry> {
  const own = await mkdtemp(join(tmpdir(), 'cos-test-registry-'));
  const data = folder ?? join(own, 'data');
  for (let attempt = 1; ; attempt += 1) {
    const used = port === 0 ? await freePort() : port;
    const started = await start({ own, data, port: used, config });
    if (started !== undefined) return started;
    // Somebody else was faster to take the port.
    if (attempt === 3 || port !== 0) throw new Error(`docker-registry does not start on port ${used}`);
  }
}

interface Start {
  readonly own: string;
  readonly data: string;
  readonly port: number;
  readonly config: Readonly<Record<string, unknown>>;
}

async function start({ own, data, port, config }: Start): Promise<TestRegistry | undefined> {
  const host = `127.0.0.1:${port}`;
  const { http, storage, ...sections } = config;
  const settings = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: data }, delete: { enabled: true }, ...recordOf(storage) },
    http: { addr: host, ...recordOf(http) },
    ...sections,
  };
  // JSON is YAML.
  await writeFile(join(own, 'config.yml'), JSON.stringify(settings));
  const child = spawn('docker-registry', ['serve', join(own, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = exitOf(child);
  endWithProcess(child);
  let log = '';
  const listening = new Promise<'listening'>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('listening on')) resolve('listening');
      });
    }
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const close = async (): Promise<void> => {
    await kill();
    await rm(own, { recursive: true, force: true });
  };
  const state = await Promise.race([ended, listening]);
  if (state === 'listening') return { host, port, folder: data, log: () => log, kill, close, [Symbol.asyncDispose]: close };
  if (log.includes('address already in use')) return undefined;
  await rm(own, { recursive: true, force: true });
  throw new Error(`docker-registry ends with status ${state}:\n${log}`);
}

const running = new Set<ChildProcess>();
let isWatched = false;

/** A test that fails leaves no registry behind. */
function endWithProcess(child: ChildProcess): void {
  if (!isWatched) {
    isWatched = true;
    process.once('exit', () => {
      for (const each of running) each.kill('SIGKILL');
    });
  }
  running.add(child);
  child.once('close', () => running.delete(child));
}

async function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error('docker-registry cannot be started; install the Debian package docker-registry', { cause: error })));
    child.once('close', (status) => resolve(status ?? -1));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('Internal error: a listening server has no port');
  return address.port;
}

function recordOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}
