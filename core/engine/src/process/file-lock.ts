import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from '../errors/expected.ts';
import { createRunId, isAlive } from './liveness.ts';

// Locks between processes, as files. A lock appears with its content at once (by link), so that a reader never meets an empty one. The content is the
// identity of this one holding; a lock whose holder is dead is taken over.
//
// Two takers of one dead lock must not both believe that they have it. Whoever wants to replace the dead holding H first takes the lock named after H;
// only under it does it look again whether the lock still says H, and renames its own file over it. H is never held again, so a late taker finds another
// content. The lock named after H is a lock like any other: should its holder die, it is taken over in the same way.

export interface Lock {
  /** Gives the lock back; more than once is harmless. */
  readonly release: () => void;
}

export interface LockOptions {
  readonly folder: string;
  readonly name: string;
  readonly signal: AbortSignal;
  /** Called once when another one holds it. */
  readonly onWait?: (holder: string) => void;
}

/** Waits for a lock. */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  let wait = 5;
  let told = false;
  for (;;) {
    options.signal.throwIfAborted();
    const taken = tryLock(options.folder, options.name);
    if ('release' in taken) return taken;
    if (!told) options.onWait?.(taken.holder);
    told = true;
    await delay(wait, undefined, { signal: options.signal });
    wait = Math.min(wait * 2, 250);
  }
}

/** Takes a lock if nobody alive has it. */
export function tryLock(folder: string, name: string): Lock | { readonly holder: string } {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.lock`);
  const holding = createRunId();
  const own = join(folder, `${holding}.tmp`);
  try {
    writeFileSync(own, holding);
    for (;;) {
      if (link(own, path)) return held(path, holding);
      const holder = read(path);
      if (holder === undefined) continue;
      if (isAlive(holder)) return { holder };
      const heir = tryLock(folder, `heir-${createHash('sha256').update(name).update(holder).digest('hex').slice(0, 24)}`);
      if (!('release' in heir)) return heir;
      try {
        if (read(path) === holder) {
          renameSync(own, path);
          return held(path, holding);
        }
      } finally {
        heir.release();
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the lock file of a dead holder; `file`: its name in the folder. Others stay. */
export function freeDeadLock(folder: string, file: string): void {
  const name = /^(.*)\.lock$/.exec(file)?.[1];
  if (name === undefined) return;
  const holder = read(join(folder, file));
  if (holder === undefined || isAlive(holder)) return;
  const taken = tryLock(folder, name);
  if ('release' in taken) taken.release();
}

function held(path: string, holding: string): Lock {
  return {
    release: () => {
      if (read(path) === holding) rmSync(path, { force: true });
    },
  };
}

function link(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
