import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

// Names in the engine (containers, references) that are of use only while this process reads images. They carry its identity, so that what a killed
// process left can be told from what a running one uses; a process id alone would lie after reuse.

let counter = 0;
const own = `${bootId()}-${process.pid}-${startTicks(process.pid) ?? '0'}`;

/** A name that no other process makes, of lower-case letters, digits and dashes: `<boot>-<pid>-<start time>-<counter>-<chance>`. */
export function createProcessName(): string {
  counter += 1;
  // Boot ids and process ids of two containers that share an engine may be equal.
  return `${own}-${counter}-${randomBytes(4).toString('hex')}`;
}

const form = /^([0-9a-f]{8})-(\d{1,10})-(\d{1,20})-\d{1,15}-[0-9a-f]{8}$/;

/** True for a name of a process that is gone. Text of another form belongs to somebody else. */
export function isOfDeadProcess(name: string): boolean {
  const [, boot, pid, start] = form.exec(name) ?? [];
  return boot !== undefined && (boot !== bootId() || start !== startTicks(Number(pid)));
}

/** Start time in ticks since boot; undefined when there is no such process. Format: proc(5), field 22, counted behind the name in parentheses. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    // It is gone, or went while being read.
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replaceAll('-', '').slice(0, 8);
}
