import { keyPath, locateKeys, printYaml, readYaml } from '../config/yaml.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isJsonObject, toPlain } from '../model/plain.ts';

// The text of cos.lock: what requests to pins were answered, by plugin, pin and request. YAML, because people read and merge it: one entry begins a line,
// everything is sorted, and equal locks are equal bytes.

export const lockName = 'cos.lock';

/** One answer. */
export interface LockEntry {
  readonly plugin: string;
  readonly pin: string;
  readonly request: string;
  /** The answer; for a request with details `{ for: details, is: answer }`. */
  readonly content: Json;
  /** Line in the file, counted from 1; undefined for what was not read from it. */
  readonly line?: number | undefined;
}

/** Entries by {@link lockKey}. */
export type Lock = ReadonlyMap<string, LockEntry>;

export function lockKey({ plugin, pin, request }: Pick<LockEntry, 'plugin' | 'pin' | 'request'>): string {
  return JSON.stringify([plugin, pin, request]);
}

const header = `# What names of the outside stood for when they were looked up: digests of images, versions of packages.
# cos writes this file; commit it. \`cos lock\` completes it, \`cos lock --update\` looks everything up anew.
`;

/** The file of a lock. */
export function printLock(lock: Lock): string {
  const pins: Record<string, Record<string, Record<string, Json>>> = {};
  for (const { plugin, pin, request, content } of lock.values()) {
    const ofPlugin = own(pins, plugin, () => ({}));
    own(ofPlugin, pin, (): Record<string, Json> => ({}));
    define(own(ofPlugin, pin, () => ({})), request, content);
  }
  return `${header}version: 1\n${printYaml({ pins })}`;
}

/** Reads the file. Every problem has its line. */
export function parseLock(text: string): Result<Lock> {
  const mark = text.split('\n').findIndex((line) => /^(?:<{7}|={7}|>{7})(?: |$)/.test(line));
  if (mark >= 0) return failure(problem('has marks of a merge that was not finished', { line: mark + 1, hint: 'Keep both sides of entries that only one has, and either side of one that both have; or keep one side and run `cos lock`.' }));
  const read = readYaml(text, lockName, 'COS_PLAN_LOCK');
  if (!read.ok) return failure(...read.failures.map((found) => ({ ...found, hint: 'Undo the change of the file, or delete it to look everything up again.' })));
  const plain = toPlain(read.value);
  if (!plain.ok) return failure(problem(`has ${plain.found} at ${plain.path.join('.')}`));
  return readPins(plain.value, locateKeys(text));
}

function readPins(content: Json, lines: ReadonlyMap<string, number>): Result<Lock> {
  const lineOf = (...path: readonly string[]): number | undefined => lines.get(keyPath(path));
  if (!isJsonObject(content)) return failure(problem('is no map with "version" and "pins"', { line: 1 }));
  const version = content['version'] ?? null;
  if (version !== 1) return failure(problem(`has version ${JSON.stringify(version)}; expected 1`, { line: lineOf('version'), hint: 'It was written by another version of cos.' }));
  const problems: Diagnostic[] = Object.keys(content)
    .filter((key) => key !== 'version' && key !== 'pins')
    .map((key) => problem(`has the key "${key}", which is not known`, { line: lineOf(key) }));
  const entries = new Map<string, LockEntry>();
  const mapOf = (value: Json | undefined, path: readonly string[]): JsonObject => {
    if (isJsonObject(value)) return value;
    problems.push(problem(`has no map at ${path.map((part) => JSON.stringify(part)).join(', ')}`, { line: lineOf(...path) ?? 1 }));
    return {};
  };
  for (const [plugin, pins] of Object.entries(mapOf(content['pins'], ['pins']))) {
    for (const [pin, requests] of Object.entries(mapOf(pins, ['pins', plugin]))) {
      for (const [request, answer] of Object.entries(mapOf(requests, ['pins', plugin, pin]))) {
        const entry: LockEntry = { plugin, pin, request, content: answer, line: lineOf('pins', plugin, pin, request) };
        entries.set(lockKey(entry), entry);
      }
    }
  }
  return problems.length > 0 ? failure(...problems.sort((a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0))) : success(entries);
}

/** A diagnostic about the file. */
export function problem(what: string, { line, hint }: { readonly line?: number | undefined; readonly hint?: string } = {}): Diagnostic {
  return { code: 'COS_PLAN_LOCK', severity: 'error', message: `${lockName} ${what}.`, place: { file: lockName, ...(line === undefined ? {} : { line }) }, ...(hint === undefined ? {} : { hint }) };
}

/** An own field, so that a plugin or request named `__proto__` is a name like any other. */
function own<T>(fields: Record<string, T>, key: string, create: () => T): T {
  if (Object.hasOwn(fields, key)) return fields[key] ?? create();
  return define(fields, key, create());
}

function define<T>(fields: Record<string, T>, key: string, value: T): T {
  Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
  return value;
}
