import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Readable } from 'node:stream';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { endGroup, groupGone, signalGroup } from './process-group.ts';
import { splitLines } from './split-lines.ts';

// Runs one program as the leader of its own process group. Whatever way it ends, nobody of its group is left; an abort ends the group by TERM, then KILL.

export interface ProcessRequest {
  /** Name of the tool, for messages. */
  readonly name: string;
  /** Absolute path of the executable. */
  readonly path: string;
  readonly args: readonly string[];
  /** The program that runs it where it is not on the host: it gets `args` behind its own. Default: it is started itself. */
  readonly via?: { readonly path: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** `collect`: into the result and as lines. `stream`: for the caller to read. A file: created or emptied, links are not followed. */
  readonly stdout: 'collect' | 'stream' | { readonly file: string };
  /** Statuses that mean success; default `[0]`. */
  readonly exits?: readonly number[];
  /** Open file descriptors that the tool finds as 3, 4, ... The caller closes them. */
  readonly fds?: readonly number[];
  readonly signal: AbortSignal;
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly onStart?: (pid: number) => void;
  /** Hides secrets in what reaches errors. */
  readonly redact?: (text: string) => string;
  /** Package to install when the executable is gone. */
  readonly hint?: string;
  /** Time between TERM and KILL; default 5000. */
  readonly graceMs?: number;
}

interface ProcessResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface RunningProcess {
  /** Standard output with `stdout: 'stream'`, else empty. The tool waits while nobody reads. */
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Settles when the group is gone. Rejects with a CosError: COS_TASK_TOOL_FAILED, COS_TASK_CANCELLED, COS_TOOL_MISSING, COS_TASK_OUTPUT_TOO_LONG. */
  readonly done: Promise<ProcessResult>;
}

const tailLines = 40;
const collectLimit = 64 * 1024 * 1024;

export function startProcess(request: ProcessRequest): RunningProcess {
  if (request.signal.aborted) return refused(cancelled(request));
  let child: ChildProcess;
  let stdoutFd: number | undefined;
  try {
    if (typeof request.stdout === 'object') {
      stdoutFd = openSync(request.stdout.file, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o644);
    }
    const stdio: StdioOptions = [request.stdin === undefined ? 'ignore' : 'pipe', stdoutFd ?? 'pipe', 'pipe', ...(request.fds ?? [])];
    const { path, args, env } = request.via === undefined ? request : { ...request.via, args: [...request.via.args, request.path, ...request.args] };
    child = spawn(path, args, { cwd: request.cwd, env: { ...env }, detached: true, stdio });
  } catch (error) {
    return refused(spawnFailure(request, error));
  } finally {
    if (stdoutFd !== undefined) closeSync(stdoutFd);
  }
  if (child.pid !== undefined) request.onStart?.(child.pid);
  const done = watch(child, request);
  // Whoever reads the stream may fail before it awaits `done`; the rejection stays to be seen by those who do.
  done.catch(() => undefined);
  return { stdout: request.stdout === 'stream' && child.stdout !== null ? child.stdout : nothing, done };
}

async function watch(child: ChildProcess, request: ProcessRequest): Promise<ProcessResult> {
  const redact = request.redact ?? ((text: string) => text);
  const tail: string[] = [];
  const collected = { stdout: collector(), stderr: collector() };
  const attach = (stream: 'stdout' | 'stderr'): void => {
    const lines = splitLines((line) => {
      tail.push(line);
      if (tail.length > tailLines) tail.shift();
      request.onLine?.(stream, line);
    });
    child[stream]?.on('data', (chunk: Buffer) => {
      if (!collected[stream].push(chunk) && stream === 'stdout') forget ??= endGroup(child.pid ?? 0, request.graceMs ?? 5000);
      lines.push(chunk);
    });
    child[stream]?.on('end', lines.end);
  };
  let forget: (() => void) | undefined;
  attach('stderr');
  if (request.stdout === 'collect') attach('stdout');

  const abort = (): void => {
    if (child.pid !== undefined) forget ??= endGroup(child.pid, request.graceMs ?? 5000);
    if (request.stdout === 'stream') child.stdout?.destroy();
  };
  request.signal.addEventListener('abort', abort, { once: true });
  const source = feed(child, request);
  try {
    const end = await ended(child);
    if ('error' in end) throw spawnFailure(request, end.error);
    if (request.signal.aborted) throw cancelled(request);
    if (source.failed) throw source.error;
    if (collected.stdout.over()) throw new CosError(tooLong(request));
    const { code, signal } = end;
    if (code === null || !(request.exits ?? [0]).includes(code)) throw new CosError(toolFailure(request, code, signal, tail.map(redact)));
    return { stdout: collected.stdout.text(), stderr: collected.stderr.text(), exitCode: code };
  } finally {
    request.signal.removeEventListener('abort', abort);
    forget?.();
  }
}

type End = { readonly code: number | null; readonly signal: NodeJS.Signals | null } | { readonly error: Error };

/** Waits for the end of the leader, ends the rest of its group, and waits until the pipes are empty. */
function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', () => {
      // A grandchild that stays behind would hold the pipes open for ever.
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    });
    child.once('close', (code, signal) => {
      const end = (): void => resolve({ code, signal });
      if (child.pid === undefined) end();
      else void groupGone(child.pid).then(end);
    });
  });
}

interface Feed {
  failed: boolean;
  error: unknown;
}

/** Writes standard input as fast as the tool takes it. A tool that ends without reading all of it is no error; a source that fails ends the tool. */
function feed(child: ChildProcess, request: ProcessRequest): Feed {
  const state: Feed = { failed: false, error: undefined };
  const { stdin } = child;
  if (stdin === null || request.stdin === undefined) return state;
  let closed = false;
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      closed = true;
      resolve();
    };
    // EPIPE: the tool ended first. Its exit status tells whether that is a problem.
    stdin.on('error', end);
    stdin.on('close', end);
    child.once('exit', end);
  });
  const given = request.stdin;
  const chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array> = typeof given === 'string' ? [Buffer.from(given)] : given instanceof Uint8Array ? [given] : given;
  const write = async (): Promise<void> => {
    for await (const chunk of chunks) {
      if (closed) return;
      if (!stdin.write(chunk)) await Promise.race([gone, new Promise<void>((resolve) => stdin.once('drain', resolve))]);
    }
    if (!closed) stdin.end();
  };
  write().catch((error: unknown) => {
    if (closed) return;
    state.failed = true;
    state.error = error;
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  });
  return state;
}

function collector(): { readonly push: (chunk: Buffer) => boolean; readonly over: () => boolean; readonly text: () => string } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    push: (chunk) => {
      size += chunk.length;
      if (size <= collectLimit) chunks.push(chunk);
      return size <= collectLimit;
    },
    over: () => size > collectLimit,
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

const nothing: AsyncIterable<Uint8Array> = Readable.from([]);

function refused(error: unknown): RunningProcess {
  const done = Promise.reject<ProcessResult>(error);
  done.catch(() => undefined);
  return { stdout: nothing, done };
}

function cancelled(request: ProcessRequest): CosError {
  return new CosError({ code: 'COS_TASK_CANCELLED', severity: 'error', message: `\`${request.name}\` was stopped because the run is cancelled.` });
}

function toolFailure(request: ProcessRequest, code: number | null, signal: NodeJS.Signals | null, output: readonly string[]): Diagnostic {
  // 153: how a shell tells that its child was ended by SIGXFSZ, the limit on the size of files.
  const full = signal === 'SIGXFSZ' || code === 153 || output.some((line) => /No space left on device|Disk quota exceeded|File too large/.test(line));
  const how = code === null ? `was ended by signal ${signal ?? 'unknown'}` : `ended with exit status ${code}`;
  return {
    code: full ? 'COS_TASK_DISK_FULL' : 'COS_TASK_TOOL_FAILED',
    severity: 'error',
    message: `\`${request.name}\` ${how}${full ? ': no more can be written to the disk' : ''}.`,
    notes: [{ message: `command: ${(request.redact ?? String)([request.name, ...request.args].map(quote).join(' ')).slice(0, 2000)}` }],
    output,
    ...(full ? { hint: 'Make space, or let the cache take less of it: `cache.maxBytes` in the config, `cos clean`.' } : {}),
  };
}

function tooLong(request: ProcessRequest): Diagnostic {
  return {
    code: 'COS_TASK_OUTPUT_TOO_LONG',
    severity: 'error',
    message: `\`${request.name}\` printed more than ${collectLimit / 1024 / 1024} MiB, which is more than is kept in memory.`,
    hint: 'The stage has to use `stdoutFile` or `execStream` for output of this size.',
  };
}

function spawnFailure(request: ProcessRequest, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') {
    return new CosError(
      {
        code: 'COS_TOOL_MISSING',
        severity: 'error',
        message: `\`${request.name}\` cannot be started: ${code === 'EACCES' ? `${request.path} may not be executed` : `${request.path} is not there any more`}.`,
        hint: request.hint ?? `Install the package that brings \`${request.name}\`.`,
      },
      { cause: error },
    );
  }
  if (code === 'E2BIG') {
    return new CosError(
      { code: 'COS_TASK_TOOL_FAILED', severity: 'error', message: `\`${request.name}\` was given more arguments than the system takes (${request.args.length}).` },
      { cause: error },
    );
  }
  return error;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
