// Paths inside a root filesystem that lies in a folder. A symbolic link there means what it would mean to a system that runs in the root: an absolute one
// starts at the root, and `..` never leads above it. So a path of a package always ends inside. Nobody else may change the root meanwhile.
import { lstatSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { decodeName, encodeName, normalPath } from '@cos/archive';
import { ClientError } from '../client-error.ts';

export interface RootFolder {
  /** Without symbolic links on the way. */
  readonly path: string;
  /** The folder of the record, inside the root wherever its links lead. It may not exist yet. */
  readonly state: string;
  /** Where an entry of this path really is: links among its folders are followed, its last name is not. `planned`: what will be there, by location. */
  locate(path: string, planned?: ReadonlyMap<string, Planned>): Location;
  /** Where a location is on disk, as bytes: names need not be UTF-8. */
  onDisk(path: string): Buffer;
  /** Of the location itself, links not followed; undefined when nothing is there. */
  stat(path: string): Stats | undefined;
}

/** Something that is not on disk yet. A link has its target. */
export type Planned = { readonly type: 'folder' } | { readonly type: 'file' } | { readonly type: 'link'; readonly target: string };

export interface Location {
  /** Relative to the root, without links on the way. '' is the root itself. */
  readonly path: string;
  /** Folders on the way that do not exist, shallowest first. */
  readonly missing: readonly string[];
}

/** Where a root keeps what is known of it. */
const STATE_FOLDER = 'var/lib/cos';

const MAX_LINKS = 40;

/** `folder` must exist. */
export function openRoot(folder: string): RootFolder {
  const root = realpathSync(folder);
  const onDisk = (path: string): Buffer => (path === '' ? Buffer.from(root) : Buffer.concat([Buffer.from(root === '/' ? '/' : `${root}/`), encodeName(path)]));
  const stat = (path: string): Stats | undefined => {
    try {
      return lstatSync(onDisk(path), { throwIfNoEntry: false });
    } catch (error) {
      // Below a file there is nothing.
      if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
      throw error;
    }
  };

  /** What is, or will be, at a location. */
  function look(path: string, planned: ReadonlyMap<string, Planned> | undefined): Planned | undefined {
    const plan = planned?.get(path);
    if (plan !== undefined) return plan;
    const stats = stat(path);
    if (stats === undefined) return undefined;
    if (stats.isDirectory()) return { type: 'folder' };
    return stats.isSymbolicLink() ? { type: 'link', target: decodeName(readlinkSync(onDisk(path), { encoding: 'buffer' })) } : { type: 'file' };
  }

  function locate(given: string, planned?: ReadonlyMap<string, Planned>): Location {
    const path = normalPath(given);
    const names = path.split('/').filter((name) => name !== '');
    const last = names.pop();
    if (last === undefined) return { path: '', missing: [] };
    const missing: string[] = [];
    let links = 0;
    let at: string[] = [];
    while (names.length > 0) {
      const name = names.shift() ?? '';
      if (name === '' || name === '.') continue;
      if (name === '..') {
        at = at.slice(0, -1);
        continue;
      }
      const here = [...at, name].join('/');
      const found = look(here, planned);
      if (found === undefined) {
        missing.push(here);
        at = [...at, name];
      } else if (found.type === 'folder') at = [...at, name];
      else if (found.type === 'link') {
        links += 1;
        if (links > MAX_LINKS) throw new ClientError('unsafe', `The path /${path} goes through a circle of symbolic links in ${root}.`);
        if (found.target.startsWith('/')) at = [];
        names.unshift(...found.target.split('/'));
      } else throw new ClientError('file-conflict', `The path /${path} goes through /${here}, which is no folder.`);
    }
    return { path: [...at, last].join('/'), missing };
  }
  const state = onDisk(dirname(locate(`${STATE_FOLDER}/record`).path));
  if (!Buffer.from(state.toString()).equals(state)) throw new ClientError('unsafe', `/${STATE_FOLDER} of ${root} leads through names that are not UTF-8.`);
  return { path: root, state: state.toString(), locate, onDisk, stat };
}
