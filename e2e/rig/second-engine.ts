import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A container engine of its own, with nothing in it: that of another machine. */
export interface SecondEngine extends AsyncDisposable {
  /** Its socket, for `startEngineProxy`. */
  readonly socket: string;
}

/** Starts the engine of this host a second time, on a folder of its own and without a network. Needs root. */
export async function startSecondEngine(): Promise<SecondEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-engine-'));
  const socket = join(folder, 'd.sock');
  const child = spawn('dockerd', ['--host', `unix://${socket}`, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid'), '--bridge=none', '--iptables=false'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let isRunning = true;
  ended.then(() => (isRunning = false)).catch(() => undefined);
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let waited = 0; !log.includes('API listen on'); waited += 1) {
    if (!isRunning || waited > 600) {
      await close();
      throw new Error(`a second engine does not start:\n${log.slice(-4000)}`);
    }
    await sleep(100);
  }
  return { socket, [Symbol.asyncDispose]: close };
}
