import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Docker engine of its own, apart from that of the host. */
export interface DockerService {
  readonly socket: string;
  /** Ends the engine at once, without a chance to clean up; what it keeps stays for the next start. */
  kill(): Promise<void>;
  /** Starts it again on the same storage. */
  start(): Promise<void>;
  /** Ends it and removes its storage. */
  stop(): Promise<void>;
}

export async function startDocker(...args: readonly string[]): Promise<DockerService> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-docker-'));
  const path = (name: string): string => join(folder, name);
  let end: (signal: NodeJS.Signals) => Promise<void> = async () => undefined;
  const start = async (): Promise<void> => {
    await rm(path('pid'), { force: true });
    const own = ['--data-root', path('data'), '--exec-root', path('exec'), '--pidfile', path('pid'), '--bridge=none', '--iptables=false', '-H', `unix://${path('d.sock')}`];
    const child = spawn('dockerd', [...own, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)));
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    end = async (signal) => {
      child.kill(signal);
      await exited;
    };
    for (let attempt = 0; attempt < 600; attempt++) {
      if (log.includes('API listen on')) return;
      if (child.exitCode !== null) break;
      await sleep(100);
    }
    await end('SIGKILL');
    throw new Error(`dockerd did not start:\n${log}`);
  };
  const endContainerd = async (): Promise<void> => {
    // The engine's own helper outlives an engine that was killed.
    const pid = Number(await readFile(path('exec/containerd/containerd.pid'), 'utf8').catch(() => '0'));
    if (pid > 0) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
      }
      await rm(path('exec/containerd/containerd.pid'), { force: true });
    }
  };
  await start();
  return {
    socket: path('d.sock'),
    start,
    kill: async () => {
      await end('SIGKILL');
      await endContainerd();
    },
    stop: async () => {
      await end('SIGTERM');
      await endContainerd();
      const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').flatMap((line) => line.split(' ')[1] ?? []).filter((mount) => mount.startsWith(`${folder}/`));
      for (const mount of mounts.toReversed()) execFileSync('umount', ['--lazy', mount]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
