import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Podman service with a socket and a storage of its own, which know nothing of the host's. */
export interface PodmanService {
  readonly socket: string;
  readonly pid: number;
  /** Ends the service and removes its storage. */
  stop(): Promise<void>;
}

const OVERLAYFS = 0x79_4c_76_30;

/** Starts `podman system service`; in `env`, variables for it beside those of the process. */
export async function startPodman(env: Readonly<Record<string, string>> = {}): Promise<PodmanService> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  const socket = join(folder, 'podman.sock');
  // An overlay cannot lie on another one.
  const driver = (await statfs(folder)).type === OVERLAYFS ? 'vfs' : 'overlay';
  const args = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'), '--storage-driver', driver, '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  // Where raising limits is forbidden, its own would keep every container from starting.
  const configuration = join(folder, 'containers.conf');
  await writeFile(configuration, '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n');
  const child = spawn('podman', [...args, 'system', 'service', '--time=0', `unix://${socket}`], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: folder, CONTAINERS_CONF: configuration, ...env } });
  // What a killed test leaves, the next one that starts a service removes.
  await writeFile(join(folder, OWNER), JSON.stringify({ owner: await identityOf(process.pid), service: child.pid === undefined ? undefined : await identityOf(child.pid) }));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
    await removeService(folder);
  };
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) break;
    if (await answers(socket)) return { socket, pid: child.pid ?? 0, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`podman did not start:\n${log}`);
}

const PREFIX = 'cos-podman-';
const OWNER = 'owner.json';

async function removeService(folder: string): Promise<void> {
  // The service leaves its storage mounted on itself.
  for (const mount of (await mountsBelow(folder)).toReversed()) execFileSync('umount', ['--lazy', mount]);
  await rm(folder, { recursive: true, force: true });
}

/** Ends services whose test is gone, and removes what they kept. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    // A folder without that file is being made or removed.
    const text = await readFile(join(folder, OWNER), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { owner, service } = JSON.parse(text) as { readonly owner: string; readonly service?: string };
    if (await isAlive(owner)) continue;
    if (service !== undefined && (await isAlive(service))) process.kill(Number(service.split(' ')[0]), 'SIGKILL');
    await removeService(folder);
  }
}

/** Id and start time of a process: the id alone may be another one's later. Format: proc(5), stat. */
async function identityOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'gone'}`;
}

async function isAlive(identity: string): Promise<boolean> {
  const [pid, start] = identity.split(' ');
  return start !== 'gone' && (await identityOf(Number(pid))) === identity;
}

async function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.once('error', () => resolve(false));
    call.end();
  });
}

async function mountsBelow(folder: string): Promise<readonly string[]> {
  const lines = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  return lines.flatMap((line) => line.split(' ')[1] ?? []).filter((path) => path.startsWith(`${folder}/`));
}
