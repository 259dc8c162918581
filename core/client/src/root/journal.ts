// A change of a root goes through three points: files are staged (nothing in the root has changed, and without a journal nothing will), the journal is
// written (from here on the change happens, whatever is killed), the record is written and the journal goes. Whoever opens a root finishes first what is open.
import { chmodSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, utimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ClientError, reasonOf } from '../client-error.ts';
import type { Journal, Operation } from './operation.ts';
import type { RootFolder } from './root-folder.ts';
import { parseState, readIfPresent, RECORD, syncFolder, writeDurably } from './state.ts';

const JOURNAL = 'journal.json';
const PREFIX = 'transaction-';

/** Makes the folder in which a transaction stages its files: on the file system of the root, for nobody else. */
export function createStage(root: RootFolder, id: string): { readonly name: string; readonly path: string } {
  const name = `${PREFIX}${id}`;
  const path = join(root.state, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return { name, path };
}

/** Makes a change happen. When this throws, the next `recover` goes on. */
export function commit(root: RootFolder, journal: Journal): void {
  writeDurably(join(root.state, JOURNAL), `${JSON.stringify(journal)}\n`);
  apply(root, journal);
}

export type Recovery = 'nothing' | 'rolled-forward' | 'rolled-back';

/** Finishes a change that was cut off after its journal was written; forgets one that was cut off before. Call it under the lock of the root. */
export function recover(root: RootFolder): Recovery {
  // Half written when what wrote them was killed.
  for (const name of [JOURNAL, RECORD]) rmSync(join(root.state, `${name}.new`), { force: true });
  const path = join(root.state, JOURNAL);
  const text = readIfPresent(path);
  if (text !== undefined) {
    apply(root, parseJournal(text, path));
    return 'rolled-forward';
  }
  return removeStages(root) ? 'rolled-back' : 'nothing';
}

function apply(root: RootFolder, journal: Journal): void {
  const stage = join(root.state, journal.folder);
  const sound = new Set<string>();
  for (const operation of journal.operations) {
    checkWay(root, operation.path, sound);
    perform(root, stage, operation);
  }
  writeDurably(join(root.state, RECORD), journal.state);
  rmSync(join(root.state, JOURNAL), { force: true });
  syncFolder(root.state);
  removeStages(root);
}

/** A journal that came with a root from elsewhere could name a path behind a link that leads out of it. */
function checkWay(root: RootFolder, path: string, sound: Set<string>): void {
  const folder = dirname(path);
  if (sound.has(folder)) return;
  if (root.locate(path).path !== path) throw new ClientError('unsafe', `The journal of a change of ${root.path} names /${path}, which goes through a symbolic link.`);
  sound.add(folder);
}

function removeStages(root: RootFolder): boolean {
  const folder = root.state;
  if (!existsSync(folder)) return false;
  const stages = readdirSync(folder).filter((name) => name.startsWith(PREFIX));
  for (const name of stages) rmSync(join(root.state, name), { recursive: true, force: true });
  return stages.length > 0;
}

function perform(root: RootFolder, stage: string, operation: Operation): void {
  const location = root.onDisk(operation.path);
  const present = root.stat(operation.path);
  switch (operation.do) {
    case 'folder':
      if (present?.isDirectory() === true) return;
      if (present !== undefined) unlinkSync(location);
      mkdirSync(location, { mode: 0o755 });
      return;
    case 'place': {
      const staged = `${stage}/${operation.staged}`;
      // Done before the change was cut off.
      if (lstatSync(staged, { throwIfNoEntry: false }) === undefined) return;
      if (present?.isDirectory() === true) rmdirSync(location);
      renameSync(staged, location);
      // Renaming one name of a file over another name of the same file does nothing and leaves both.
      rmSync(staged, { force: true });
      return;
    }
    case 'remove':
      if (present !== undefined && !present.isDirectory()) unlinkSync(location);
      return;
    case 'remove-folder':
      if (present?.isDirectory() === true) removeIfEmpty(location);
      return;
    case 'properties':
      if (present?.isDirectory() !== true) return;
      if (operation.owner !== null) lchownSync(location, operation.owner[0], operation.owner[1]);
      chmodSync(location, operation.mode);
      utimesSync(location, new Date(operation.mtime * 1000), new Date(operation.mtime * 1000));
      return;
    default: {
      const never: never = operation;
      return never;
    }
  }
}

function removeIfEmpty(location: Buffer): void {
  try {
    rmdirSync(location);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Somebody's files are in it; a mount point stays, too.
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EBUSY') throw error;
  }
}

/** The journal is our own, but its bytes lie in a root that came from elsewhere: it may not name anything outside. */
function parseJournal(text: string, path: string): Journal {
  const broken = (found: string, cause?: unknown): ClientError =>
    new ClientError('state', `The journal ${path} of a change that was cut off cannot be read.`, { found, hint: 'Look at the root; when it is sound, remove the file.', cause });
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (cause) {
    throw broken(reasonOf(cause), cause);
  }
  if (!isJournal(given)) throw broken('no list of operations of format 1');
  if (basename(given.folder) !== given.folder || !given.folder.startsWith(PREFIX)) throw broken(`the folder ${JSON.stringify(given.folder)}`);
  const outside = given.operations.find(({ path: at }) => at.split('/').some((name) => name === '..' || name === '.' || name === ''));
  if (outside !== undefined) throw broken(`the path ${JSON.stringify(outside.path)}`);
  const strange = given.operations.find((one) => one.do === 'place' && basename(one.staged) !== one.staged);
  if (strange !== undefined) throw broken(`the operation ${JSON.stringify(strange)}`);
  parseState(given.state, path);
  return given;
}

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 1) return false;
  if (!('folder' in value) || typeof value.folder !== 'string' || !('state' in value) || typeof value.state !== 'string') return false;
  if (!('operations' in value) || !Array.isArray(value.operations)) return false;
  const list: readonly unknown[] = value.operations;
  const kinds: readonly unknown[] = ['folder', 'place', 'remove', 'remove-folder', 'properties'];
  return list.every((one) => typeof one === 'object' && one !== null && 'do' in one && kinds.includes(one.do) && 'path' in one && typeof one.path === 'string' && (one.do !== 'place' || ('staged' in one && typeof one.staged === 'string')));
}
