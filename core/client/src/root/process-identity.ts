// Which process it is that has left something behind.
import { readFileSync } from 'node:fs';

/** Of this process: boot, number and start, in words. */
export function ownIdentity(): string {
  return `${bootId()} ${process.pid} ${startOf(process.pid) ?? ''}`;
}

/** True for a process of another boot or machine, of which nothing can be known here. */
export function isForeign(identity: string): boolean {
  return identity.split(' ')[0] !== bootId();
}

/** The same process of the same boot still runs: numbers of processes are used again. */
export function isAlive(holder: string): boolean {
  const [boot = '', pid = '', start = ''] = holder.split(' ');
  return boot === bootId() && start !== '' && startOf(Number(pid)) === start;
}

/** When a process started, in the kernel's own count: field 22 of /proc/PID/stat, proc(5). Undefined for one that has ended. */
export function startOf(pid: number): string | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // No such process, or it went meanwhile: both mean that it does not live.
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}
