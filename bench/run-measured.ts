import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

export interface Measured {
  readonly ms: number;
  /** Milliseconds of processor time, in the program and the system, of the program and all that it has waited for: what else the machine does changes it little. */
  readonly cpu: number;
  /** Peak of the resident memory of the program's own process in MB, threads included. */
  readonly memory: number;
}

const POLL_MS = 10;

/**
 * Runs a program and looks at what it needed. The kernel keeps the peak for as long as the process lives (VmHWM, proc(5)), so it is read again and again;
 * what comes within the last look and the end is missed. A shell stands around it for its `times` alone, which Node does not tell of other processes.
 */
export async function runMeasured(program: string, args: readonly string[], options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> }): Promise<Measured> {
  const start = performance.now();
  const child = spawn('sh', ['-c', SHELL, 'sh', program, ...args], { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-8000)));
  let told = '';
  const shell = child.stdio[3];
  if (shell instanceof Readable) shell.setEncoding('utf8').on('data', (text: string) => (told += text));
  let memory = 0;
  const timer = setInterval(() => (memory = Math.max(memory, peakOf(Number.parseInt(told, 10)))), POLL_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  const ms = performance.now() - start;
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}:\n${output}`);
  return { ms, cpu: timesOf(told), memory };
}

/** Tells the process, then what it needed. */
const SHELL = '"$@" & echo "$!" >&3; wait "$!"; status=$?; times >&3; exit "$status"';

/** The second line of `times` (POSIX): user and system time of what the shell has waited for, such as `0m1.20s 0m0.31s`. */
function timesOf(told: string): number {
  const [user, system] = (told.trim().split('\n').at(-1) ?? '').split(' ').map((text) => {
    const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
    return (Number(minutes) * 60 + Number(seconds)) * 1000;
  });
  return (user ?? Number.NaN) + (system ?? Number.NaN);
}

/** In MB; 0 when the process is gone. */
function peakOf(pid: number): number {
  try {
    return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
