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
const PATIENCE = 1_000;

/**
 * Waits until nobody is left of a group that was killed: the kernel takes a moment. Entries that nobody reads (in containers whose first process does not)
 * look like members for ever, so the wait is bounded.
 */
export async function groupGone(pid: number): Promise<void> {
  for (const end = performance.now() + PATIENCE; signalGroup(pid, 'SIGKILL') && performance.now() < end; ) await delay(POLL);
}

/** Asks a group to end, and ends it by force after the grace time. Answers a function that forgets the second step once the group is gone. */
export function endGroup(pid: number, graceMs: number): () => void {
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  return () => clearTimeout(timer);
}
