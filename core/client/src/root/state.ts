// The record of what is installed, a JSON file inside the root. It changes by renaming alone, so that a reader sees the old or the new one.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClientError, reasonOf } from '../client-error.ts';
import type { InstalledPackage } from '../select/installed-package.ts';
import type { RootFolder } from './root-folder.ts';

/** Name of the record in the folder of the state. */
export const RECORD = 'installed.json';

export interface RootState {
  readonly format: 1;
  /** Sorted by identity. */
  readonly packages: readonly InstalledPackage[];
}

/** Nothing installed when there is no record. Throws ClientError `state` for one that cannot be read. */
export function readState(root: RootFolder): RootState {
  const path = join(root.state, RECORD);
  const text = readIfPresent(path);
  return text === undefined ? { format: 1, packages: [] } : parseState(text, path);
}

export function parseState(text: string, path: string): RootState {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw broken(path, reasonOf(cause), cause);
  }
  if (typeof given !== 'object' || given === null || !('format' in given) || !('packages' in given) || !Array.isArray(given.packages)) throw broken(path, 'no record of packages');
  if (given.format !== 1) throw broken(path, `format ${JSON.stringify(given.format)}, which this version does not know`);
  const list: readonly unknown[] = given.packages;
  const wrong = list.findIndex((one) => !isInstalled(one));
  if (wrong >= 0) throw broken(path, `packages[${wrong}] is none`);
  return { format: 1, packages: list.filter(isInstalled) };
}

export function formatState(packages: readonly InstalledPackage[]): string {
  const sorted = packages.toSorted((a, b) => compare(`${a.category}/${a.name}@${a.version}`, `${b.category}/${b.name}@${b.version}`));
  return `${JSON.stringify({ format: 1, packages: sorted } satisfies RootState, null, 1)}\n`;
}

/** Writes beside, brings it to the disk, and renames. */
export function writeDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', 0o644);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}

function isInstalled(value: unknown): value is InstalledPackage {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const texts = ['category', 'name', 'version', 'repository', 'buildTimestamp', 'sha256'];
  const lists = ['requires', 'conflicts', 'provides', 'files', 'folders'];
  return texts.every((key) => typeof fields.get(key) === 'string') && lists.every((key) => Array.isArray(fields.get(key))) && typeof fields.get('requested') === 'boolean';
}

function broken(path: string, found: string, cause?: unknown): ClientError {
  return new ClientError('state', `The record of installed packages ${path} cannot be read.`, { found, hint: 'Restore it from a backup; without it nobody knows what is installed.', cause });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
