import { appendFileSync, chmodSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listNames } from '../cache/local.ts';
import { CosError } from '../errors/cos-error.ts';
import { systemCode } from '../errors/expected.ts';
import { createRunId, isAlive, isRunId, startTicks } from '../process/liveness.ts';
import { signalGroup } from '../process/process-group.ts';
import type { Layout } from './layout.ts';
import { acquireLock, freeDeadLock, tryLock } from '../process/file-lock.ts';
import { readText } from './task-memory.ts';

// Which runs work in a workspace. Everything that a run makes for itself carries its identity, so that the next one can remove what the dead left, and
// pruning and cleaning keep away while others work.

export interface RegisteredRun {
  readonly runId: string;
  /** A new empty folder, with siblings that the stage does not see. Removed when the run ends. */
  readonly makeScratch: () => Scratch;
  /** Remembers a process group in the registration. */
  readonly noteProcess: (pid: number) => void;
  /** Removes scratch and the registration. */
  readonly close: () => void;
}

export interface Scratch {
  /** The folder that the stage sees. */
  readonly path: string;
  /** Exported inputs. */
  readonly inputs: string;
  /** Secrets as files. */
  readonly secrets: string;
  readonly remove: () => void;
}

const housekeeping = 'housekeeping';

/** Registers a run, and waits while another one prunes or cleans. */
export async function registerRun(layout: Layout, signal: AbortSignal): Promise<RegisteredRun> {
  const runId = createRunId();
  checkFolder(layout.folder);
  for (const folder of [layout.folder, layout.runs, layout.state, layout.manifests, layout.logs, layout.locks, layout.outputs]) mkdirSync(folder, { recursive: true });
  ignoreInGit(layout);
  const registration = join(layout.runs, runId);
  writeFileSync(registration, '');
  try {
    // The housekeeper looks for registrations after it has the lock; we look for the lock after the registration: one sees the other.
    (await acquireLock({ folder: layout.locks, name: housekeeping, signal })).release();
    removeLeftovers(layout);
  } catch (error) {
    rmSync(registration, { force: true });
    throw error;
  }
  const root = join(layout.scratch, runId);
  let counter = 0;
  return {
    runId,
    makeScratch: () => {
      counter += 1;
      const base = join(root, String(counter));
      const scratch = { path: base, inputs: `${base}.in`, secrets: `${base}.secret` };
      mkdirSync(scratch.path, { recursive: true });
      return { ...scratch, remove: () => [scratch.secrets, scratch.path, scratch.inputs].forEach(removeTree) };
    },
    noteProcess: (pid) => {
      try {
        appendFileSync(registration, `${pid} ${startTicks(pid) ?? ''}\n`);
      } catch (error) {
        // A full disk: the tool runs already and is watched; only a kill of this process would leave it behind.
        if (systemCode(error) === undefined) throw error;
      }
    },
    close: () => {
      removeTree(root);
      rmSync(registration, { force: true });
    },
  };
}

/** Does something while no other run works; answers undefined, and does nothing, when one does. */
export async function aloneInWorkspace<T>(layout: Layout, own: string | undefined, work: () => T | Promise<T>): Promise<{ readonly value: T } | undefined> {
  const lock = tryLock(layout.locks, housekeeping);
  if (!('release' in lock)) return undefined;
  try {
    const others = listNames(layout.runs).filter((runId) => runId !== own && isAlive(runId));
    return others.length > 0 ? undefined : { value: await work() };
  } finally {
    lock.release();
  }
}

/** Removes a file or folder, also one whose folders forbid writing. */
export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error;
    allowWriting(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function allowWriting(path: string): void {
  if (!lstatSync(path).isDirectory()) return;
  chmodSync(path, 0o700);
  for (const name of listNames(path)) allowWriting(join(path, name));
}

function removeLeftovers(layout: Layout): void {
  for (const runId of listNames(layout.runs)) {
    if (isAlive(runId)) continue;
    endOrphans(join(layout.runs, runId));
    rmSync(join(layout.runs, runId), { force: true });
  }
  for (const name of listNames(layout.locks)) freeDeadLock(layout.locks, name);
  for (const runId of listNames(layout.scratch)) if (!isAlive(runId)) removeTree(join(layout.scratch, runId));
  for (const folder of [layout.locks, layout.state, layout.outputs, join(layout.folder, 'state')]) {
    for (const name of listNames(folder)) {
      const maker = /([0-9a-f]{8}-\d+-\d+-\d+)\.tmp$/.exec(name)?.[1];
      if (maker !== undefined && isRunId(maker) && !isAlive(maker)) rmSync(join(folder, name), { force: true });
    }
  }
}

/** Ends tools of a killed run. A leader that is gone leaves a group that is still its own; a pid with another start time is somebody else's. */
function endOrphans(registration: string): void {
  for (const line of (readText(registration) ?? '').split('\n')) {
    const [pid, start] = line.split(' ');
    if (pid === undefined || !/^\d+$/.test(pid) || start === undefined || start === '') continue;
    const now = startTicks(Number(pid));
    if (now === undefined || now === start) signalGroup(Number(pid), 'SIGKILL');
  }
}

function checkFolder(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isFile() !== true) return;
  throw new CosError({ code: 'COS_CACHE_NOT_WRITABLE', severity: 'error', message: `Nothing can be kept in \`${basename(folder)}\`: it is a file, not a folder.`, hint: 'Move the file away, or choose another `cache.folder` in the config.' });
}

function ignoreInGit(layout: Layout): void {
  try {
    writeFileSync(join(layout.folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}
