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

/** Asks a group to end, and ends it by force after the grace time. Answers a function that forgets the second step once the group is gone. */
export function endGroup(pid: number, graceMs: number): () => void {
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  return () => clearTimeout(timer);
}
