import { TrustError } from '../trust-error.ts';

/** What a client knows of a repository that it has verified. */
export interface Seen {
  /** What repository.yaml calls itself. */
  readonly name: string;
  readonly revision: number;
  /** Of its publication, in seconds since 1970. */
  readonly lastUpdate: number;
  /** Of repository.yaml. */
  readonly sha256: string;
}

/** By the name that the client has for a repository. */
export type SeenRecord = Readonly<Record<string, Seen>>;

/**
 * Compares what a repository says with what it said before: an index of an earlier time may be signed as well as one can, and still holds back what was mended
 * since. Answers what is wrong, undefined when nothing is.
 */
export function compareSeen(subject: string, now: Seen, before: Seen | undefined): TrustError | undefined {
  if (before === undefined) return undefined;
  const hint = 'Somebody may hold newer packages back. Ask who publishes it; where it was begun anew on purpose, remove its entry of the record.';
  if (now.name !== before.name) {
    return new TrustError('identity', `${subject} is that of another repository than before.`, { expected: JSON.stringify(before.name), found: JSON.stringify(now.name), hint });
  }
  if (now.revision < before.revision) return new TrustError('replay', `${subject} is older than what was seen before.`, { expected: `revision ${before.revision} or a later one`, found: `revision ${now.revision}`, hint });
  if (now.lastUpdate < before.lastUpdate) {
    return new TrustError('replay', `${subject} is older than what was seen before.`, { expected: `a publication of ${timeOf(before.lastUpdate)} or later`, found: timeOf(now.lastUpdate), hint });
  }
  if (now.revision === before.revision && now.sha256 !== before.sha256) {
    return new TrustError('replay', `${subject} is another one than that of the same revision that was seen before.`, { expected: `sha256 ${before.sha256}`, found: `sha256 ${now.sha256}`, hint });
  }
  return undefined;
}

/** Whether a publication is older than it may be: then nobody can tell whether newer ones are held back. */
export function checkAge(subject: string, lastUpdate: number, { maxAgeDays, now }: { readonly maxAgeDays: number; readonly now: Date }): TrustError | undefined {
  const days = Math.floor((now.getTime() / 1000 - lastUpdate) / 86_400);
  if (days <= maxAgeDays) return undefined;
  return new TrustError('frozen', `${subject} is older than it may be.`, {
    expected: `a publication of the last ${maxAgeDays} days`,
    found: `${timeOf(lastUpdate)}, ${days} days ago`,
    hint: 'Somebody may hold newer packages back. A publisher without news says so with `cos publish --refresh`.',
  });
}

export function formatSeen(record: SeenRecord): string {
  const repositories = Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ format: 1, repositories }, null, 1)}\n`;
}

/** Throws TrustError `record` for a text that is none: to begin anew quietly would be what an attacker wants. */
export function parseSeen(text: string, path: string): SeenRecord {
  const content = parse(text);
  const given = fieldOf(content, 'repositories');
  const entries = isObject(given) ? Object.entries(given) : [];
  if (fieldOf(content, 'format') !== 1 || !isObject(given) || !entries.every(([, one]) => isSeen(one))) {
    throw new TrustError('record', `The record of repositories ${path} cannot be read.`, { hint: 'Restore it from a backup, or remove it: then older repositories than those that were seen are not told any more.' });
  }
  return Object.fromEntries(entries.flatMap(([name, one]) => (isSeen(one) ? [[name, one]] : [])));
}

function isSeen(value: unknown): value is Seen {
  return typeof fieldOf(value, 'name') === 'string' && Number.isInteger(fieldOf(value, 'revision')) && Number.isInteger(fieldOf(value, 'lastUpdate')) && typeof fieldOf(value, 'sha256') === 'string';
}

function timeOf(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? `the time ${seconds}` : time.toISOString().replace('.000', '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller tells that it cannot be read.
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}
