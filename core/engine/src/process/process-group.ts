import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

// A tool runs as the leader of its own process group, so that everything that it started ends with it.

/** Sends a signal to a whole group; false when nobody is left in it. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}

const POLL = 5;
const PATIENCE = 5_000;

/** Waits until nobody of a group that was killed runs any more: the kernel takes a moment. */
export async function groupGone(pid: number): Promise<void> {
  for (const end = performance.now() + PATIENCE; signalGroup(pid, 'SIGKILL') && hasLiving(pid) && performance.now() < end; ) await delay(POLL);
}

/** Members that have ended stay in the table until their parent reads them, which the first process of a container may never do. */
function hasLiving(group: number): boolean {
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    const [state, , itsGroup] = statOf(name);
    return itsGroup === String(group) && state !== 'Z' && state !== 'X';
  });
}

/** State, parent, group, ...: what stands behind the name, which is in parentheses and may hold anything. */
function statOf(pid: string): readonly string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** Asks a group to end, and ends it by force after the grace time. Answers a function that forgets the second step once the group is gone. */
export function endGroup(pid: number, graceMs: number): () => void {
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  return () => clearTimeout(timer);
}
