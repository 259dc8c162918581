import { readFile } from 'node:fs/promises';
import { CosError } from '@cos/core';
import { compareManifests, parseManifest } from '@cos/trust';
import { problem } from '../problem.ts';
import { ignoredOf, listFiles, type ListFilesRequest } from './list-files.ts';

/** Most differences that a message lists; how many more there are is told. */
const MOST = 40;

/** Compares files with a manifest whose signature was verified. Answers how many paths it has. Throws COS_SIGN_FILES with every difference. */
export async function verifyFiles(manifest: { readonly path: string; readonly shown: string }, request: ListFilesRequest): Promise<number> {
  const expected = parseManifest(await readFile(manifest.path, 'utf8'));
  if (typeof expected === 'string') throw problem('COS_SIGN_FILES', `The manifest ${manifest.shown} cannot be read: ${expected}.`, '`cos sign --files` writes one; those of mtree have full paths with -C.');
  const differences = compareManifests(expected, await listFiles(request), ignoredOf(request.ignore));
  if (differences.length === 0) return expected.size;
  const notes = differences.slice(0, MOST).map(({ path, what }) => ({ message: `${path}: ${what}` }));
  if (differences.length > MOST) notes.push({ message: `and ${differences.length - MOST} more` });
  const count = differences.length === 1 ? '1 path is' : `${differences.length} paths are`;
  throw new CosError({ code: 'COS_SIGN_FILES', severity: 'error', message: `${count} not as the signed manifest ${manifest.shown} has ${differences.length === 1 ? 'it' : 'them'}.`, notes, hint: 'Install what was changed anew; --ignore leaves paths out that may differ.' });
}
