// One command at a time changes a root. The lock is a file that names its holder: it appears with its content at once (by a link), and one whose holder is
// dead is taken over. Two who find the same dead holder first compete for a lock that is named after it, and look again under that one.
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import type { RootFolder } from './root-folder.ts';
import { isAlive, ownIdentity, startOf } from './process-identity.ts';
import { readIfPresent } from './state.ts';

/** Throws ClientError `busy`. The answer gives the lock back. */
export function lockRoot(root: RootFolder): () => void {
  const taken = lockFolder(root.state, 'root');
  if (typeof taken === 'function') return taken;
  throw new ClientError('busy', `Another command (process ${taken.process}) works on ${root.path}.`, { hint: 'Wait until it has ended.' });
}

/** Takes the lock `<name>.lock` in a folder. Answers what gives it back, or the number of the process that has it. Processes of this machine see each other. */
export function lockFolder(folder: string, name: string): (() => void) | { readonly process: string } {
  const taken = take(folder, name);
  if (typeof taken === 'function') removeLeftovers(folder);
  return typeof taken === 'function' ? taken : { process: taken.split(' ')[1] ?? 'unknown' };
}

let count = 0;

/** Answers the release, or who has it. */
function take(folder: string, name: string): (() => void) | string {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const path = join(folder, `${name}.lock`);
  count += 1;
  const mine = `${ownIdentity()} ${count}`;
  const own = join(folder, `.lock-${process.pid}-${count}`);
  writeFileSync(own, mine);
  try {
    for (;;) {
      if (link(own, path)) return () => release(path, mine);
      const holder = readIfPresent(path);
      if (holder === undefined) continue;
      if (isAlive(holder)) return holder;
      const heir = take(folder, `heir-${createHash('sha256').update(`${name}\0${holder}`).digest('hex').slice(0, 24)}`);
      if (typeof heir !== 'function') return heir;
      try {
        if (readIfPresent(path) !== holder) continue;
        renameSync(own, path);
        return () => release(path, mine);
      } finally {
        heir();
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** What was killed in the middle of taking a lock left its own file, and perhaps a lock that is named after a dead holder. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\.lock-(\d+)-\d+$/.exec(name)?.[1];
    const holder = /^heir-[0-9a-f]{24}\.lock$/.test(name) ? readIfPresent(join(folder, name)) : undefined;
    if ((pid !== undefined && startOf(Number(pid)) === undefined) || (holder !== undefined && !isAlive(holder))) rmSync(join(folder, name), { force: true });
  }
}

function release(path: string, mine: string): void {
  if (readIfPresent(path) === mine) rmSync(path, { force: true });
}

function link(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
