import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCode } from '../errors/expected.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isJsonObject, toPlain } from '../model/plain.ts';

/** Pins by plugin, pin and request. */
export type Lock = ReadonlyMap<string, Json>;

export const lockName = 'cos.lock';

/** The key of a pin in a {@link Lock}. */
export function lockKey(plugin: string, pin: string, request: string): string {
  return JSON.stringify([plugin, pin, request]);
}

/** Reads cos.lock of the workspace: users commit it, so that what lies outside is the same for everybody. No file is an empty lock. */
export async function readLock(workspace: string): Promise<Result<Lock>> {
  const file = join(workspace, lockName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? success(new Map()) : failure(problem(`cannot be read: ${messageOf(error)}`));
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return failure(problem(`is not JSON: ${messageOf(error)}`, 'Undo the change of the file, or delete it to look everything up again.'));
  }
  const plain = toPlain(content);
  if (!plain.ok || !isJsonObject(plain.value) || !isJsonObject(plain.value['pins'])) return failure(problem('has no map "pins"'));
  if (plain.value['version'] !== 1) return failure(problem(`has version ${JSON.stringify(plain.value['version'] ?? null)}; expected 1`, 'It was written by another version of cos.'));
  const lock = new Map<string, Json>();
  for (const [plugin, pins] of entries(plain.value['pins'])) {
    for (const [pin, requests] of entries(pins)) {
      for (const [request, answer] of entries(requests)) lock.set(lockKey(plugin, pin, request), answer);
    }
  }
  return success(lock);
}

/** Writes the lock sorted, so that it differs only where pins differ; all at once or not at all. */
export async function writeLock(workspace: string, lock: Lock): Promise<void> {
  const pins = new Map<string, Map<string, Map<string, Json>>>();
  for (const [key, answer] of [...lock].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [plugin = '', pin = '', request = ''] = JSON.parse(key) as string[];
    const ofPlugin = pins.get(plugin) ?? new Map<string, Map<string, Json>>();
    pins.set(plugin, ofPlugin);
    const ofPin = ofPlugin.get(pin) ?? new Map<string, Json>();
    ofPlugin.set(pin, ofPin);
    ofPin.set(request, answer);
  }
  const nested = Object.fromEntries([...pins].map(([plugin, ofPlugin]) => [plugin, Object.fromEntries([...ofPlugin].map(([pin, ofPin]) => [pin, Object.fromEntries(ofPin)]))]));
  const file = join(workspace, lockName);
  const temporary = join(dirname(file), `.${lockName}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(`${JSON.stringify({ version: 1, pins: nested }, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

function entries(value: Json | undefined): readonly (readonly [string, Json])[] {
  return isJsonObject(value) ? Object.entries<Json>(value satisfies JsonObject) : [];
}

function problem(what: string, hint?: string): Diagnostic {
  return { code: 'COS_PLAN_LOCK', severity: 'error', message: `${lockName} ${what}.`, place: { file: lockName }, ...(hint === undefined ? {} : { hint }) };
}
