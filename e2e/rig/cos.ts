import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { Event, Summary } from '@cos/core';
import { checkout, type Workspace } from './workspace.ts';

/** What a run of the real `cos` command did. */
export interface CosRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Only with `--reporter json`. */
  readonly events: readonly Event[];
  readonly summary: Summary | undefined;
  /** Keys of the tasks that ran (neither fresh nor restored), sorted. */
  readonly built: readonly string[];
}

export const cosProgram = join(checkout, 'node_modules', '.bin', 'cos');

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts `cos` in its own process group, so that a test can kill all of it. */
export function startCos(workspace: Workspace, args: readonly string[], options: StartOptions = {}): { readonly child: ChildProcess; readonly done: Promise<CosRun> } {
  const child = spawn(cosProgram, [...args], {
    cwd: options.cwd ?? workspace.folder,
    env: { ...process.env, PATH: `${join(checkout, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = new Promise<CosRun>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      const events = eventsOf(stdout);
      const last = events.at(-1);
      resolve({
        exitCode,
        signal,
        stdout,
        stderr,
        events,
        summary: last?.type === 'summary' ? last : undefined,
        built: events.flatMap((event) => (event.type === 'task-finished' && event.outcome === 'built' ? [event.task as string] : [])).sort(),
      });
    });
  });
  return { child, done };
}

/** Runs `cos` to its end. */
export function runCos(workspace: Workspace, args: readonly string[], options: StartOptions = {}): Promise<CosRun> {
  return startCos(workspace, args, options).done;
}

/** Runs a target with events as the result, and expects it to succeed. */
export async function runTarget(workspace: Workspace, ...args: readonly string[]): Promise<CosRun & { readonly summary: Summary }> {
  const run = await runCos(workspace, ['run', ...args, '--reporter', 'json']);
  if (run.exitCode !== 0 || run.summary === undefined) throw new Error(`cos run ${args.join(' ')} ended with ${String(run.exitCode)}:\n${run.stdout.slice(-4000)}\n${run.stderr.slice(-4000)}`);
  return { ...run, summary: run.summary };
}

function eventsOf(text: string): readonly Event[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{"'))
    .map((line) => JSON.parse(line) as Event);
}
