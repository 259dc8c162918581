import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { formatReference, parseReference, RegistryError, type Reference } from '@cos/registry';
import { findIndex } from './find-index.ts';
import { problem } from './problem.ts';

/** What somebody has named on the command line to be signed or verified. `shown`: how messages name it. */
export type Subject =
  | { readonly kind: 'file'; readonly path: string; readonly shown: string }
  /** `index`: its repository.yaml. */
  | { readonly kind: 'folder'; readonly folder: string; readonly index: string; readonly shown: string }
  | { readonly kind: 'image'; readonly reference: Reference; readonly repository: string; readonly shown: string }
  /** An image repository without tag: that of a package repository. */
  | { readonly kind: 'repository'; readonly repository: string; readonly shown: string };

export interface SubjectContext {
  readonly cwd: string;
  readonly workspace: string;
}

/**
 * A file or folder that is there, else a reference of an image; `docker:` says that it is one. Short names of docker.io need it, because they look like paths.
 * Throws COS_SIGN_NOT_FOUND and COS_SIGN_NO_INDEX.
 */
export async function findSubject(text: string, { cwd, workspace }: SubjectContext): Promise<Subject> {
  if (text.startsWith('docker:')) return imageOf(text.slice('docker:'.length));
  const path = resolve(cwd, text);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) {
    const index = await findIndex(path, text);
    return { kind: 'folder', folder: path, index, shown: show(workspace, index) };
  }
  if (found !== undefined) return { kind: 'file', path, shown: show(workspace, path) };
  if (/^(?:localhost|[^/]*[.:][^/]*)\/[^/]/.test(text) && !/^\.\.?\//.test(text)) return imageOf(text);
  throw problem('COS_SIGN_NOT_FOUND', `Expected a readable file or folder, or the reference of an image; found none at ${text}.`, 'Give paths relative to the current folder, or absolute ones; images as host/path:tag or host/path@sha256:….');
}

/** Relative to the workspace where the path lies inside. */
export function show(workspace: string, path: string): string {
  const inside = relative(workspace, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}


function imageOf(text: string): Subject {
  try {
    const reference = parseReference(text);
    const { registry, repository } = reference;
    const name = formatReference({ registry, repository });
    if (reference.tag === undefined && reference.digest === undefined) return { kind: 'repository', repository: name, shown: name };
    return { kind: 'image', reference, repository: name, shown: formatReference(reference) };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw problem('COS_SIGN_NOT_FOUND', `${error.summary.replace(/\.$/, '')}${error.expected === undefined ? '' : `; expected ${error.expected}`}.`, 'Name an image as host/path:tag or host/path@sha256:….');
  }
}
