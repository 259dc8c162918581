import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { problem } from '../problem.ts';

export interface RunOptions {
  /** What standard input has; default nothing. */
  readonly input?: string | Uint8Array;
  /** What file descriptor 3 has; default it is not open. For passwords: no argument and no variable of the environment ever has one. */
  readonly secret?: string;
  /** Debian package of the program, for who lacks it. */
  readonly debian: string;
  readonly signal: AbortSignal;
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bytes of output that are kept; programs that sign say little. */
const MAX_OUTPUT = 1024 * 1024;

/** Runs a program of the host to its end. Throws COS_SIGN_PROGRAM when it is not there. */
export async function runProgram(program: string, args: readonly string[], { input, secret, debian, signal }: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', secret === undefined ? 'ignore' : 'pipe'], env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C' }, signal });
    const output = { stdout: '', stderr: '' };
    const collect = (name: keyof typeof output, stream: Readable | null): void => {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        if (output[name].length < MAX_OUTPUT) output[name] += text;
      });
    };
    collect('stdout', child.stdout);
    collect('stderr', child.stderr);
    child.on('error', (error) => {
      const isAbsent = 'code' in error && error.code === 'ENOENT';
      reject(isAbsent ? problem('COS_SIGN_PROGRAM', `The program ${program} is not there.`, `On Debian: apt-get install ${debian}`) : error);
    });
    child.on('close', (status) => resolve({ status: status ?? 1, ...output }));
    const [standard, , , third] = child.stdio;
    // A program that ends without reading has said what is wrong by its status.
    standard?.on('error', () => undefined).end(input);
    if (secret !== undefined && third !== null && third !== undefined && 'end' in third) third.on('error', () => undefined).end(secret);
  });
}
