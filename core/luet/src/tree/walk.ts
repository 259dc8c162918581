// All folders below a root, depth first in the order of bytes, as luet walks them. Hidden folders are entered, links to folders are
// not: that is told, because the packages behind such a link are missing. A link to a file is listed among the files.

import { compareBytes } from '../order.ts';
import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { joinPath } from './reader.ts';
import type { TreeReader } from './reader.ts';

export interface Folder {
  readonly path: string;
  /** Names of the regular files and links directly in it, sorted. */
  readonly files: readonly string[];
  /** Whether a folder on the way from the root, or this one, is called `templates`. */
  readonly isTemplates: boolean;
}

export interface WalkResult {
  readonly folders: readonly Folder[];
  readonly problems: readonly Problem[];
}

export async function walkFolders(root: string, reader: TreeReader): Promise<WalkResult> {
  const kind = await kindOfRoot(root, reader);
  if (kind === 'symlink') {
    const hint = 'give the folder that it points to';
    const problem = createProblem('warning', 'LUET_READ_FAILED', 'a tree that is a symbolic link holds no packages', { file: root }, { hint });
    return { folders: [], problems: [problem] };
  }
  return await walk({ path: root, reader, isTemplates: false, isInPackage: false, depth: 0 });
}

export function hasPackages(files: readonly string[]): boolean {
  return files.includes('definition.yaml') || files.includes('collection.yaml');
}

const MAX_DEPTH = 100;

/** A root that does not exist is reported when it is listed. */
async function kindOfRoot(root: string, reader: TreeReader): Promise<string | undefined> {
  try {
    return await reader.kindOf?.(root);
  } catch {
    return undefined;
  }
}

interface Step {
  readonly path: string;
  readonly reader: TreeReader;
  readonly isTemplates: boolean;
  /** Below the folder of a package: what is here is its build context. */
  readonly isInPackage: boolean;
  readonly depth: number;
}

async function walk({ path, reader, depth, ...above }: Step): Promise<WalkResult> {
  if (depth > MAX_DEPTH) return failed(path, `folders are nested more than ${MAX_DEPTH} deep`);
  let entries;
  try {
    entries = await reader.list(path);
  } catch (error) {
    return failed(path, `the folder cannot be read: ${reasonOf(error)}`);
  }
  const sorted = entries.toSorted((a, b) => compareBytes(a.name, b.name));
  const files = sorted.filter((entry) => entry.kind === 'file' || entry.kind === 'symlink').map((entry) => entry.name);
  const isInPackage = above.isInPackage || hasPackages(files);
  const links = sorted.filter((entry) => entry.kind === 'symlink').map((entry) => joinPath(path, entry.name));
  const passedOver = await Promise.all(links.map((link) => checkLink(link, isInPackage, reader)));
  const folders = sorted.filter((entry) => entry.kind === 'directory');
  const below = await Promise.all(
    folders.map(({ name }) => walk({ path: joinPath(path, name), reader, isTemplates: above.isTemplates || name === 'templates', isInPackage, depth: depth + 1 })),
  );
  return {
    folders: [{ path, files, isTemplates: above.isTemplates }, ...below.flatMap((one) => one.folders)],
    problems: [...passedOver.flat(), ...below.flatMap((one) => one.problems)],
  };
}

/** Links to folders are usual in a build context; there only the folder of a package is worth a word. */
async function checkLink(link: string, isInPackage: boolean, reader: TreeReader): Promise<Problem[]> {
  const hint = 'replace it by the folder, or give the folder that it points to as a tree';
  const behind = await listBehind(link, reader);
  if (behind !== undefined && hasPackages(behind)) {
    return [createProblem('warning', 'LUET_LINKED_FOLDER', 'the folder of a package is passed over, because it is a symbolic link', { file: link }, { hint })];
  }
  if (isInPackage || (behind === undefined && (await isFile(link, reader)))) return [];
  const message = behind === undefined ? 'a symbolic link that cannot be followed is passed over' : 'a folder is passed over, because it is a symbolic link: no package in it is read';
  return [createProblem('warning', 'LUET_LINKED_FOLDER', message, { file: link }, { hint })];
}

/** Names in the folder that a link leads to; undefined when it leads to none, or out of what may be read. */
async function listBehind(link: string, reader: TreeReader): Promise<readonly string[] | undefined> {
  try {
    return (await reader.list(link)).map(({ name }) => name);
  } catch {
    return undefined;
  }
}

async function isFile(link: string, reader: TreeReader): Promise<boolean> {
  try {
    await reader.readFile(link);
    return true;
  } catch {
    return false;
  }
}

function failed(path: string, message: string): WalkResult {
  return { folders: [], problems: [createProblem('error', 'LUET_READ_FAILED', message, { file: path })] };
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
