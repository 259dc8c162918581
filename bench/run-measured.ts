import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Measured {
  readonly ms: number;
  /** Peak of the resident memory in MB, threads included. */
  readonly memory: number;
}

const POLL_MS = 10;

/**
 * Runs a program and looks at what it needed. The kernel keeps the peak for as long as the process lives (VmHWM, proc(5)), so it is read again and again;
 * what comes within the last look and the end is missed.
 */
export async function runMeasured(program: string, args: readonly string[], options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> }): Promise<Measured> {
  const start = performance.now();
  const child = spawn(program, [...args], { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-8000)));
  let memory = 0;
  const timer = setInterval(() => (memory = Math.max(memory, peakOf(child.pid ?? 0))), POLL_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => clearInterval(timer));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${String(code)}:\n${output}`);
  return { ms: performance.now() - start, memory };
}

/** In MB; 0 when the process is gone. */
function peakOf(pid: number): number {
  try {
    return (Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
