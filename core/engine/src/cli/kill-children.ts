import { readdirSync, readFileSync } from 'node:fs';
import { signalGroup } from '../process/process-group.ts';

/**
 * Ends every process group that a child of this process leads, at once. Tools run as leaders of their own groups, so an interrupt of the terminal does not
 * reach them. The list comes from /proc: nothing has to be kept for a moment that hardly ever comes.
 */
export function killChildren(): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    // "pid (command) state parent group ..."; the command may hold spaces and parentheses.
    const [, parent, group] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
    if (parent === String(process.pid) && group === name) signalGroup(Number(group), 'SIGKILL');
  }
}

function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return undefined;
  }
}
