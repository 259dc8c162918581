import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../cache/write-atomically.ts';
import type { Difference } from '../fingerprint/compare-records.ts';
import type { TaskRecord } from '../model/task-record.ts';
import type { Fingerprint, TaskKey } from '../model/identity.ts';
import type { Outcome } from '../model/outcome.ts';
import { createRunId } from '../process/liveness.ts';
import { fileNameOf } from './layout.ts';

// What is remembered of a task between runs. It tells what is fresh and why things ran; it is never the proof that outputs are right (that is the entry
// in the cache, which is written after its bytes), so losing it costs an explanation and nothing more.

export interface TaskMemory {
  readonly format: 1;
  readonly task: TaskKey;
  /** `running` until the task ended: found in a later run, it was interrupted. */
  readonly status: 'running' | 'done' | 'failed';
  /** Of the last run that ended well; null when there is none. */
  readonly fingerprint: Fingerprint | null;
  readonly record: TaskRecord | null;
  /** How it came to what is there: why it was built or restored. */
  readonly outcome: 'built' | 'cached';
  readonly reason: string;
  readonly differences: readonly Difference[];
}

/** How each task ended in the last run that had it. */
export interface LastRun {
  readonly format: 1;
  readonly tasks: Readonly<Record<string, { readonly outcome: Outcome; readonly reason: string }>>;
}

export function readTaskMemory(folder: string, task: TaskKey): TaskMemory | undefined {
  const data = readJson(join(folder, `${fileNameOf(task)}.json`));
  return isMemory(data) && data.task === task ? data : undefined;
}

export function writeTaskMemory(folder: string, memory: TaskMemory): void {
  const path = join(folder, `${fileNameOf(memory.task)}.json`);
  writeAtomically(path, JSON.stringify(memory), { temporary: `${path}.${createRunId()}.tmp`, durable: false });
}

export function readLastRun(path: string): LastRun {
  const data = readJson(path);
  return isLastRun(data) ? data : { format: 1, tasks: {} };
}

/** Tasks of this run replace those of earlier ones; tasks of other plans stay. */
export function writeLastRun(path: string, tasks: LastRun['tasks']): void {
  const all: LastRun = { format: 1, tasks: { ...readLastRun(path).tasks, ...tasks } };
  writeAtomically(path, JSON.stringify(all), { temporary: `${path}.${createRunId()}.tmp`, durable: false });
}

/** Parsed JSON of a file; undefined when it is not there or is no JSON. */
export function readJson(path: string): unknown {
  const text = readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Cut off by a crash: as if it were not there.
    return undefined;
  }
}

export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isMemory(data: unknown): data is TaskMemory {
  return isObject(data) && data['format'] === 1 && typeof data['status'] === 'string' && typeof data['reason'] === 'string' && Array.isArray(data['differences']) && 'fingerprint' in data && 'record' in data;
}

function isLastRun(data: unknown): data is LastRun {
  return isObject(data) && data['format'] === 1 && isObject(data['tasks']);
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
