import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

// Names in the engine (containers, references) that are of use only while this process reads images. They carry its identity, so that what a killed
// process left can be told from what a running one uses; a process id alone would lie after reuse. An engine may be shared with processes that cannot be
// seen from here, in another container or on another machine: what they made is theirs for a day.

const DAY = 24 * 60 * 60;

let counter = 0;

/** A name that no other process makes, of digits, lower-case letters and dashes: `<boot>-<namespace>-<pid>-<start>-<made, Unix time>-<counter>-<chance>`. */
export function createProcessName(now: number = Date.now()): string {
  counter += 1;
  return `${bootId()}-${processNamespace()}-${process.pid}-${startTicks(process.pid) ?? '0'}-${Math.floor(now / 1000)}-${counter}-${randomBytes(4).toString('hex')}`;
}

const form = /^([0-9a-f]{8})-(\d{1,20})-(\d{1,10})-(\d{1,20})-(\d{1,15})-\d{1,15}-[0-9a-f]{8}$/;

/** True for a name of a process that is gone, or that has most likely gone where nobody can tell. Text of another form belongs to somebody else. */
export function isOfDeadProcess(name: string, now: number = Date.now()): boolean {
  const [, boot, namespace, pid, start, made] = form.exec(name) ?? [];
  if (boot === undefined) return false;
  if (boot === bootId() && namespace === processNamespace()) return start !== startTicks(Number(pid));
  return now / 1000 - Number(made) > DAY;
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

/** Process ids mean something within it. Format: namespaces(7), `pid:[4026531836]`. */
function processNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
}
