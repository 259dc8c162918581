import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCode } from '../errors/expected.ts';
import { explainSystemError } from '../errors/explain-system-error.ts';
import { failure, success, type Result } from '../errors/result.ts';
import type { Json } from '../model/json.ts';
import { acquireLock } from '../process/file-lock.ts';
import { lockKey, lockName, parseLock, printLock, problem, type Lock, type LockEntry } from './lock.ts';

// cos.lock on disk. Users commit it, so that what lies outside is the same for everybody. It is replaced at once or not at all, and two runs that learn
// something at the same time both find their answers in it.

/** Reads cos.lock of the workspace. No file is an empty lock. */
export function readLock(workspace: string): Result<Lock> {
  let text: string;
  try {
    text = readFileSync(join(workspace, lockName), 'utf8');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? success(new Map()) : failure(problem(`cannot be read: ${messageOf(error)}`));
  }
  return parseLock(text);
}

/** An entry that is to be set, or to go (`after` is undefined). It stays as it is when another run has changed it since it was read as `before`. */
export interface LockChange extends Pick<LockEntry, 'plugin' | 'pin' | 'request'> {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export interface ChangeLockOptions {
  readonly workspace: string;
  /** Folder for locks between processes. */
  readonly locks: string;
  readonly signal: AbortSignal;
}

/** Changes entries of cos.lock and answers what stands in it then. */
export async function changeLock(changes: readonly LockChange[], { workspace, locks, signal }: ChangeLockOptions): Promise<Result<Lock>> {
  if (changes.length === 0) return readLock(workspace);
  const held = await acquireLock({ folder: locks, name: lockName, signal });
  try {
    const current = readLock(workspace);
    if (!current.ok) return current;
    const next = new Map(current.value);
    for (const { before, after, ...name } of changes) {
      const key = lockKey(name);
      if (JSON.stringify(next.get(key)?.content) !== JSON.stringify(before)) continue;
      if (after === undefined) next.delete(key);
      else next.set(key, { ...name, content: after });
    }
    const text = printLock(next);
    if (text !== printLock(current.value)) write(workspace, text);
    return success(next);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return failure(problem(`cannot be written: ${explainSystemError(error)}`, { hint: 'Nothing of it was changed. Make the folder writable, or make space, and run again.' }));
  } finally {
    held.release();
  }
}

/** Only one writes at a time, so that the temporary file of one that was killed is the next one's. */
function write(workspace: string, text: string): void {
  const temporary = join(workspace, `.${lockName}.tmp`);
  rmSync(temporary, { force: true });
  try {
    const file = openSync(temporary, 'wx', 0o644);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, join(workspace, lockName));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
