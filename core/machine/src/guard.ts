import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** A process that cannot outlive its starter. */
export interface GuardedProcess {
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  /** Resolves when every process of the group is gone and all output was read; rejects when the start failed. */
  readonly ended: Promise<{ readonly code: number | undefined; readonly signal: NodeJS.Signals | undefined }>;
  /** Kills the whole group; harmless when it has ended. */
  kill(): void;
}

/**
 * The guard: a shell in a process group of its own that starts the program and, beside it, waits on descriptor 3. The other end of
 * that descriptor belongs to the starter alone, so that it reads end of file when the starter dies in whatever way (also by
 * SIGKILL), and then kills the group. The program's words are positional parameters and never shell text.
 */
const guard = `
exec 4<&0
"$@" <&4 3<&- 4<&- &
program=$!
exec 4<&- </dev/null >/dev/null 2>&1
{ read -r _ <&3; kill -KILL 0; } &
reader=$!
exec 3<&-
wait "$program"
status=$?
kill -KILL "$reader"
exit "$status"
`;

/** Starts `program` under the guard with exactly the environment `env`. */
export function startGuarded(program: string, args: readonly string[], env: NodeJS.ProcessEnv): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', guard, 'guard', program, ...args], {
    detached: true,
    env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  let isOver = false;
  const kill = (): void => {
    if (!isOver) killGroup(child);
  };
  // The shell may be gone while its children live (somebody killed just it): the group goes with it.
  child.once('exit', kill);
  const ended = new Promise<Awaited<GuardedProcess['ended']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      isOver = true;
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    });
  });
  // Somebody who never looks at the end must not be ended by an unhandled rejection; `ended` itself still rejects.
  ended.catch(() => undefined);
  // Writing to a process that has just ended is an EPIPE here; that it has ended is told by `ended`.
  child.stdin.on('error', () => undefined);
  child.stdio[3]?.on('error', () => undefined);
  return { input: child.stdin, output: child.stdout, errors: child.stderr, ended, kill };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: the group is gone already, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
