import { readFileSync } from 'node:fs';

// Which run made a file, and does it still live? The answer lies in the identity itself, so that what a killed run left can be told from what a running
// one uses. Identity: `<first 8 hex digits of the boot id>-<pid>-<start time of the process in ticks>-<counter>`. A pid alone would lie after reuse.

let counter = 0;
let own: string | undefined;

/** A new identity of a run, or of a task's run, in this process. */
export function createRunId(): string {
  own ??= `${bootId()}-${process.pid}-${startTicks(process.pid) ?? '0'}`;
  counter += 1;
  return `${own}-${counter}`;
}

const form = /^([0-9a-f]{8})-(\d{1,10})-(\d{1,20})-(\d{1,15})$/;

/** True for text that `createRunId` could have made. */
export function isRunId(text: string): boolean {
  return form.test(text);
}

/** True while the process that made the identity runs. Text of another form belongs to nobody alive. */
export function isAlive(runId: string): boolean {
  const match = form.exec(runId);
  if (match === null) return false;
  const [, boot, pid, start] = match;
  return boot === bootId() && start === startTicks(Number(pid));
}

/** Start time of a process in clock ticks since boot; undefined when there is none, or only its zombie. */
export function startTicks(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // No such process, or it went while being read: both mean that it does not live.
    return undefined;
  }
  // The name in parentheses may hold anything; fields are counted behind its end: state is the 3rd, the start time the 22nd (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

let boot: string | undefined;

function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').replaceAll('-', '').slice(0, 8);
  return boot;
}
