import { join } from 'node:path';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { success, type Result } from '../errors/result.ts';
import type { Emit } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import { isJsonObject } from '../model/plain.ts';
import { changeLock, readLock, type LockChange } from './lock-file.ts';
import { lockKey, type Lock, type LockEntry } from './lock.ts';
import { lookUpPins, type OpenBench } from './look-up.ts';
import type { MissingPin } from './read-pin.ts';

/** What one command knows of pins. Plans read `lock`; what it lacks is looked up once. */
export interface PinSession {
  readonly lock: () => Lock;
  /** True when the files of that digest are here and were compared with it. */
  readonly hasFiles: (digest: string) => boolean;
  /** Looks up what is missing and adds it to the lock, and gets files of answers. `learned`: how many answers are new, and contents that can be read. */
  readonly sync: (missing: readonly MissingPin[]) => Promise<{ readonly learned: number; readonly problems: readonly Diagnostic[] }>;
  /** Everything that was looked up, with what cos.lock had before. */
  readonly changes: () => readonly LockChange[];
}

export interface PinSessionOptions {
  readonly config: ResolvedConfig;
  readonly openBench: OpenBench;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** `file`: what was looked up stands in cos.lock at once. `memory`: the caller writes the changes, or does not. */
  readonly keep: 'file' | 'memory';
  /** Entries that do not count, so that they are looked up anew. */
  readonly forget?: (entry: LockEntry) => boolean;
  readonly onStart?: (request: MissingPin) => void;
}

/** Where locks between processes lie. */
export function locksFolder(config: ResolvedConfig): string {
  return join(config.workspace, config.cacheFolder, 'locks');
}

/** Reads cos.lock. The session ends with the command; nothing is to be closed. */
export function openPins(options: PinSessionOptions): Result<PinSession> {
  const { config, emit, signal } = options;
  const before = readLock(config.workspace);
  if (!before.ok) return before;
  let lock: Lock = new Map([...before.value].filter(([, entry]) => options.forget?.(entry) !== true));
  const changes = new Map<string, LockChange>();
  // A server that does not answer is asked once, however many targets need it.
  const failed = new Map<string, readonly Diagnostic[]>();
  const present = new Set<string>();
  const failedKey = (request: MissingPin): string => JSON.stringify([lockKey(request), request.details ?? null]);

  const sync: PinSession['sync'] = async (missing) => {
    const known = missing.flatMap((request) => failed.get(failedKey(request)) ?? []);
    const asked = missing.filter((request) => !failed.has(failedKey(request)));
    if (asked.length === 0) return { learned: 0, problems: known };
    const answers = await lookUpPins(asked, { config, before: before.value, openBench: options.openBench, onStart: options.onStart ?? (() => undefined), onWarning: (diagnostic) => emit({ type: 'diagnostic', diagnostic }), signal });
    const learned: LockChange[] = [];
    let brought = 0;
    for (const { request, content, files, problems } of answers) {
      if (files !== undefined) present.add(files);
      if (request.why === 'files' && problems.length === 0) {
        brought += 1;
        continue;
      }
      if (content === undefined) {
        failed.set(failedKey(request), problems);
        continue;
      }
      const key = lockKey(request);
      const { plugin, pin } = request;
      learned.push({ plugin, pin, request: request.request, before: before.value.get(key)?.content, after: content });
      emit({ type: 'pin-resolved', plugin, pin, request: request.request });
    }
    for (const change of learned) changes.set(lockKey(change), change);
    lock = new Map([...lock, ...learned.map(entryOf)]);
    const problems = [...known, ...answers.flatMap((answer) => answer.problems)];
    if (options.keep === 'memory' || learned.length === 0) return { learned: learned.length + brought, problems };
    const written = await changeLock(learned, { workspace: config.workspace, locks: locksFolder(config), signal });
    if (!written.ok) return { learned: 0, problems: [...problems, ...written.failures] };
    // What another run has found meanwhile counts for both, unless it asked for something else by the same name.
    lock = new Map([...written.value, ...learned.flatMap((change) => (fits(written.value.get(lockKey(change)), change) ? [] : [entryOf(change)]))]);
    return { learned: learned.length + brought, problems };
  };
  return success({ lock: () => lock, hasFiles: (digest) => present.has(digest), sync, changes: () => [...changes.values()] });
}

function entryOf({ plugin, pin, request, after }: LockChange): readonly [string, LockEntry] {
  const entry = { plugin, pin, request, content: after ?? null };
  return [lockKey(entry), entry];
}

function fits(entry: LockEntry | undefined, { after }: LockChange): boolean {
  const detailsOf = (content: Json | undefined): string => (isJsonObject(content) ? JSON.stringify(content['for'] ?? null) : '');
  return entry !== undefined && detailsOf(entry.content) === detailsOf(after);
}
