import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { hintFor } from '@cos/core';
import { fail } from './errors.ts';
import { packageBeside } from './package-beside.ts';

// Which archive a word of the command line means: a file, or a package among those that were built.

export interface ArchiveFolders {
  /** Where the command was called. */
  readonly cwd: string;
  /** Folder in which built packages are looked for, with those below it; links are not followed. */
  readonly built: string;
}

/** The absolute path of an archive. Throws COS_SQUASH_ARCHIVE_UNKNOWN and COS_SQUASH_ARCHIVE_AMBIGUOUS. */
export async function findArchive(word: string, folders: ArchiveFolders): Promise<string> {
  const path = resolve(folders.cwd, word);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return path;
  const asked = packageForm.exec(word)?.groups;
  const all = await listArchives(folders.built);
  if (found !== undefined || asked === undefined) {
    const what = found === undefined ? 'there is no such file' : 'that is no file';
    return fail('COS_SQUASH_ARCHIVE_UNKNOWN', `Expected the path of a package archive, or a package as category/name or category/name@version; found ${JSON.stringify(word)}: ${what}.`);
  }
  const { category = '', name = '', version } = asked;
  const built = await Promise.all(all.map(async (file) => ({ file, one: await packageBeside(file) })));
  const matching = built.filter(({ one }) => one !== undefined && one.category === category && one.name === name && (version === undefined || one.version === version));
  const [first] = matching;
  if (first === undefined) {
    const names = built.flatMap(({ one }) => (one === undefined ? [] : [`${one.category}/${one.name}`]));
    return fail('COS_SQUASH_ARCHIVE_UNKNOWN', `Expected an archive of the package ${word} in ${shown(folders.cwd, folders.built)}; there is none.`, {
      hint: names.length === 0 ? 'Build it first: `cos build`. Where archives lie elsewhere, give their folder with --in.' : hintFor(`${category}/${name}`, names, 'packages'),
    });
  }
  if (matching.length === 1) return first.file;
  return fail('COS_SQUASH_ARCHIVE_AMBIGUOUS', `Expected one archive of the package ${word}; found ${matching.length} in ${shown(folders.cwd, folders.built)}.`, {
    notes: matching.map(({ file }) => ({ message: shown(folders.cwd, file) })),
  });
}

const packageForm = /^(?<category>[^/@\s]+)\/(?<name>[^/@\s]+)(?:@(?<version>[^/@\s]+))?$/;

/** Sorted paths. A repository has copies of what lies elsewhere: it counts where nothing else does. */
async function listArchives(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && /\.package\.tar(?:\.gz|\.zst)?$/.test(entry.name)).map((entry) => join(entry.parentPath, entry.name));
  const repositories = new Set(entries.filter(({ name }) => name === 'repository.yaml').map(({ parentPath }) => parentPath));
  const names = new Set(files.filter((file) => !repositories.has(dirname(file))).map((file) => basename(file)));
  return files.filter((file) => !repositories.has(dirname(file)) || !names.has(basename(file))).sort();
}

/** Relative where the path lies below the folder. */
export function shown(folder: string, path: string): string {
  const inside = relative(folder, path);
  return inside === '' ? '.' : inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}
