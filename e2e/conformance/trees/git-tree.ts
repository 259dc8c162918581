// The files of one commit, read out of a git repository without a work tree. Links are read through inside the commit only.

import { execFileSync } from 'node:child_process';
import { posix } from 'node:path';
import type { EntryKind } from '@cos/luet';
import type { Reader } from './folder-reader.ts';

export interface GitTree extends Reader {
  readonly commit: string;
  /** Names of the entries of a folder; none when there is no such folder. */
  names(folder: string): readonly string[];
}

interface Entry {
  readonly kind: EntryKind;
  readonly object: string;
}

/** `folders` are read into memory. Undefined when the repository does not have the commit. Errors: no repository, no git. */
export function openGitTree(repository: string, commit: string, folders: readonly string[]): GitTree | undefined {
  const git = (args: readonly string[], input = ''): Buffer =>
    execFileSync('git', ['-c', 'safe.directory=*', '-C', repository, ...args], { input, maxBuffer: 1 << 30, stdio: ['pipe', 'pipe', 'pipe'] });
  let listing: Buffer;
  git(['rev-parse', '--git-dir']);
  try {
    listing = git(['ls-tree', '-r', '-t', '-z', '--full-tree', `${commit}^{commit}`, '--', ...folders]);
  } catch {
    return undefined;
  }
  const entries = parseListing(listing.toString('utf8'));
  const objects = [...new Set([...entries.values()].filter(({ kind }) => kind === 'file' || kind === 'symlink').map(({ object }) => object))];
  const contents = parseBatch(git(['cat-file', '--batch'], objects.map((object) => `${object}\n`).join('')));
  const children = childrenOf(entries);
  const bytesAt = (path: string, depth = 0): Uint8Array => {
    const entry = entries.get(posix.normalize(path));
    const content = entry === undefined ? undefined : contents.get(entry.object);
    if (entry === undefined || content === undefined) throw new Error(`no such file in ${commit}: ${path}`);
    if (entry.kind !== 'symlink') return content;
    if (depth > 20) throw new Error(`too many links in ${commit}: ${path}`);
    return bytesAt(posix.join(posix.dirname(path), Buffer.from(content).toString('utf8')), depth + 1);
  };
  return {
    commit,
    names: (folder) => (children.get(folder) ?? []).map(({ name }) => name),
    list: (path) => {
      const found = children.get(path);
      return found === undefined ? Promise.reject(new Error(`no such folder in ${commit}: ${path}`)) : Promise.resolve(found);
    },
    readFile: async (path) => Buffer.from(await Promise.resolve(bytesAt(path))).toString('utf8'),
    readBytes: async (path) => await Promise.resolve(bytesAt(path)),
    kindOf: (path) => Promise.resolve(entries.get(path)?.kind ?? 'other'),
  };
}

/** `<mode> <type> <object>\t<path>`, ended by NUL. */
function parseListing(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of text.split('\0')) {
    const [, mode = '', type = '', object = '', path = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    if (path === '') continue;
    const kind = type === 'tree' ? 'directory' : type === 'commit' ? 'other' : mode === '120000' ? 'symlink' : 'file';
    entries.set(path, { kind, object });
  }
  return entries;
}

/** `<object> blob <size>\n<content>\n` for each object. */
function parseBatch(output: Buffer): Map<string, Uint8Array> {
  const contents = new Map<string, Uint8Array>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(0x0a, at);
    const [object = '', type = '', size = ''] = output.toString('utf8', at, end).split(' ');
    if (type !== 'blob') throw new Error(`git does not have ${object}: ${type}`);
    const start = end + 1;
    contents.set(object, output.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return contents;
}

function childrenOf(entries: ReadonlyMap<string, Entry>): Map<string, { readonly name: string; readonly kind: EntryKind }[]> {
  const children = new Map<string, { readonly name: string; readonly kind: EntryKind }[]>();
  for (const [path, { kind }] of entries) {
    const folder = posix.dirname(path);
    const list = children.get(folder) ?? [];
    list.push({ name: posix.basename(path), kind });
    children.set(folder, list);
  }
  return children;
}
