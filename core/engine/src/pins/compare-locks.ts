import type { Json } from '../model/json.ts';
import { isJsonObject } from '../model/plain.ts';
import type { LockChange } from './lock-file.ts';

// What a change of cos.lock means, for people.

export interface ShownChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly plugin: string;
  readonly pin: string;
  readonly request: string;
  /** What differs, each in one line: `2.6.1 -> 2.6.2`, with the path inside of the answer before it. */
  readonly lines: readonly string[];
}

/** One for each change that changes something. */
export function showChanges(changes: readonly LockChange[]): readonly ShownChange[] {
  return changes
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after))
    .map(({ before, after, plugin, pin, request }) => ({ kind: before === undefined ? ('added' as const) : after === undefined ? ('removed' as const) : ('changed' as const), plugin, pin, request, lines: linesOf(before, after) }))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ plugin, pin, request }: ShownChange): string {
  return JSON.stringify([plugin, pin, request]);
}

function linesOf(before: Json | undefined, after: Json | undefined): readonly string[] {
  // A new answer of many parts is in the file; only what it replaces is worth a line each.
  if (before === undefined) return isJsonObject(after) || after === undefined ? [] : [short(after)];
  if (after === undefined) return [];
  const old = leavesOf(before, []);
  const fresh = leavesOf(after, []);
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((path) => {
    const from = old.get(path);
    const to = fresh.get(path);
    if (from === to) return [];
    const change = from === undefined ? `new: ${to}` : to === undefined ? `gone: ${from}` : `${from} -> ${to}`;
    return [path === '' ? change : `${path}  ${change}`];
  });
}

/** Values by path. Lists of texts are one value: their order belongs to them. */
function leavesOf(value: Json, path: readonly string[]): ReadonlyMap<string, string> {
  if (!isJsonObject(value)) return new Map([[path.join(' '), short(value)]]);
  // `is` only separates the answer from what it was asked for.
  return new Map(Object.entries(value).flatMap(([key, item]) => [...leavesOf(item, path.length === 0 && key === 'is' ? [] : [...path, key])]));
}

/** Digests are told apart by their first digits. */
function short(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}
