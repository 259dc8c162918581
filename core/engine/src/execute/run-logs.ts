import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { listNames } from '../cache/local.ts';
import { systemCode } from '../errors/expected.ts';
import type { TaskKey } from '../model/identity.ts';
import { isAlive } from '../process/liveness.ts';
import { fileNameOf, type Layout } from './layout.ts';
import { removeTree } from './run-registry.ts';
import { openTaskLog, type TaskLog } from './task-log.ts';

// Logs of tasks: one folder for each run in which a task ran, one file for each task in it. The folder is made with its first file, so a run with nothing to
// do leaves none. When it is made, the oldest folders go.

/** Runs whose logs are kept, beside the one that is at work. */
export const KEPT_RUNS = 20;
/** Bytes that they may take together. */
export const KEPT_BYTES = 256 * 1024 * 1024;

export interface RunLogs {
  /** Starts the log of a task in this run. */
  readonly open: (task: TaskKey) => TaskLog;
  /** The newest log of a task, absolute, of this run or of an earlier one; undefined when none is kept. */
  readonly find: (task: TaskKey) => string | undefined;
}

/** `runId`: as `createRunId` makes it. */
export function createRunLogs(layout: Pick<Layout, 'logs' | 'runs'>, runId: string, now: Date): RunLogs {
  const [, pid = '', , counter = ''] = runId.split('-');
  const own = `${now.toISOString().replaceAll(/[-:]|\.\d+Z$/g, '').replace('T', '-')}-${pid}-${counter}`;
  let isMade = false;
  // Each file by its name, in the newest folder that has it. Read when it is first asked for.
  let found: Map<string, string> | undefined;
  const earlier = (): Map<string, string> => {
    found ??= new Map(runFolders(layout.logs).flatMap((folder) => listNames(join(layout.logs, folder)).map((file): [string, string] => [file, join(layout.logs, folder, file)])));
    return found;
  };
  return {
    open: (task) => {
      if (!isMade) {
        makeRoom(layout);
        found = undefined;
      }
      isMade = true;
      const file = `${fileNameOf(task)}.log`;
      const path = join(layout.logs, own, file);
      earlier().set(file, path);
      return openTaskLog(path);
    },
    find: (task) => earlier().get(`${fileNameOf(task)}.log`),
  };
}

/** Oldest first. What cos did not name is nobody's to remove. */
function runFolders(logs: string): readonly string[] {
  return listNames(logs).filter((name) => FORM.test(name));
}

const FORM = /^\d{8}-\d{6}-(\d+-\d+)$/;

/** Removes the oldest folders until the bounds hold; never those of runs that are at work. */
function makeRoom({ logs, runs }: Pick<Layout, 'logs' | 'runs'>): void {
  const working = new Set(listNames(runs).filter(isAlive).map((runId) => runId.split('-').filter((_, index) => index === 1 || index === 3).join('-')));
  let [count, bytes] = [0, 0];
  for (const name of runFolders(logs).toReversed()) {
    if (working.has(FORM.exec(name)?.[1] ?? '')) continue;
    count += 1;
    bytes += sizeOf(join(logs, name));
    if (count > KEPT_RUNS || bytes > KEPT_BYTES) removeTree(join(logs, name));
  }
}

/** Another run may remove it at the same time. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const name of listNames(folder)) {
    try {
      bytes += lstatSync(join(folder, name)).size;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
    }
  }
  return bytes;
}
