import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Podman extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
}

const OVERLAYFS = 0x79_4c_76_30;

/** Podman as a service, with a storage of its own that goes with it. */
export async function startPodman(): Promise<Podman> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-podman-'));
  const socket = join(folder, 's');
  // An overlay cannot lie on another one.
  const driver = statfsSync(folder).type === OVERLAYFS ? 'vfs' : 'overlay';
  const options = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp'), '--storage-driver', driver, '--cgroup-manager', 'cgroupfs', '--events-backend', 'file'];
  const child = spawn('podman', [...options, 'system', 'service', '--time=0', `unix://${socket}`], { stdio: 'ignore', env: { ...process.env, TMPDIR: folder } });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    // The service leaves its storage mounted on itself.
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').flatMap((line) => line.split(' ')[1] ?? []);
    for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).toReversed()) execFileSync('umount', ['--lazy', mount]);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt += 1) {
    if (await answers(socket)) return { host: `unix://${socket}`, [Symbol.asyncDispose]: stop };
    await sleep(100);
  }
  await stop();
  throw new Error('podman did not start');
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
