// From staged packages to the operations of a journal: where each entry really goes, what is in its way, and what of the old versions goes.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TarHeader } from '@cos/archive';
import { ClientError } from '../client-error.ts';
import type { Operation } from '../root/operation.ts';
import type { Location, Planned, RootFolder } from '../root/root-folder.ts';
import { labelOf, type InstalledPackage } from '../select/installed-package.ts';
import { modeOnDisk, type Ownership } from './ownership.ts';
import { protectedName } from './protect.ts';
import type { StagedEntry, StagedPackage } from './scan-archive.ts';

export interface ArrangeRequest {
  readonly root: RootFolder;
  /** In the order of installation. */
  readonly staged: readonly StagedPackage[];
  readonly replace: readonly InstalledPackage[];
  readonly keep: readonly InstalledPackage[];
  /** True: a later package's file takes the place of another one's. */
  readonly force: boolean;
  readonly owner: Ownership;
  /** Folders, relative to the root, in which changed files are not overwritten. Default none. */
  readonly protectedFolders: readonly string[];
}

export interface Arranged {
  readonly operations: readonly Operation[];
  /** What each staged package owns then, in their order. Paths lead through no link. */
  readonly owned: readonly Owned[];
  /** Files that were left as they are, with the name under which the package's own lies beside. */
  readonly setAside: readonly { readonly path: string; readonly beside: string }[];
  /** What the packages say of each place that they fill, by where it is. */
  readonly placed: ReadonlyMap<string, TarHeader>;
}

export interface Owned {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** Throws ClientError `file-conflict` with every path that two packages want, or `unsafe`. */
export function arrange(request: ArrangeRequest): Arranged {
  return new Arrangement(request).run();
}

class Arrangement {
  readonly #request: ArrangeRequest;
  readonly #planned = new Map<string, Planned>();
  readonly #folders = new Set<string>();
  readonly #places = new Map<string, { readonly operation: Operation; readonly by: string }>();
  readonly #properties = new Map<string, Operation>();
  readonly #ways = new Map<string, Location>();
  readonly #placed = new Map<string, TarHeader>();
  readonly #conflicts: string[] = [];
  readonly #aside: { readonly path: string; readonly beside: string }[] = [];
  /** Who owns a file that stays. */
  readonly #kept: ReadonlyMap<string, string>;
  readonly #old: ReadonlySet<string>;

  constructor(request: ArrangeRequest) {
    this.#request = request;
    this.#kept = new Map(request.keep.flatMap((one) => one.files.map((file): [string, string] => [file, labelOf(one)])));
    this.#old = new Set(request.replace.flatMap(({ files }) => files));
  }

  run(): Arranged {
    const { staged } = this.#request;
    // Links first: where one package has a link to a folder, another's files go where it leads.
    for (const { entries } of staged) for (const { path, header } of entries) if (header.type === 'symlink') this.#planned.set(this.#locate(path).path, { type: 'link', target: header.linkName });
    this.#ways.clear();
    const owned = staged.map((one) => this.#takeAll(one));
    if (this.#conflicts.length > 0) {
      throw new ClientError('file-conflict', 'Files are in the way of the packages.', { notes: this.#conflicts, hint: 'Remove one of the packages, or take the files of the later one by force.' });
    }
    return { operations: this.#operations(owned), owned, setAside: this.#aside, placed: this.#placed };
  }

  #takeAll(one: StagedPackage): Owned {
    const label = labelOf(one.one.definition);
    const files: string[] = [];
    const folders: string[] = [];
    for (const entry of one.entries) {
      if (entry.header.type === 'directory') folders.push(this.#takeFolder(entry));
      else files.push(this.#takeFile(entry, label));
    }
    return { files: [...new Set(files)].toSorted(byCodeUnit), folders: [...new Set(folders)].toSorted(byCodeUnit) };
  }

  /** A link to a folder in the place of a folder stays. */
  #takeFolder({ path, header }: StagedEntry): string {
    const itself = this.#locate(path).path;
    // A file or link of the old version gives way to the folder of the new one.
    if (this.#old.has(itself) && this.#planned.get(itself)?.type !== 'link' && this.#request.root.stat(itself)?.isDirectory() === false) this.#addFolder(itself);
    const inside = this.#locate(`${path}/.entry`);
    for (const missing of inside.missing) this.#addFolder(missing);
    const real = dirname(inside.path);
    const isLink = real !== itself;
    if (!isLink) {
      const { owner } = this.#request;
      this.#placed.set(real, header);
      this.#properties.set(real, { do: 'properties', path: real, mode: modeOnDisk(header, owner), owner: owner === 'archive' ? [header.uid, header.gid] : null, mtime: header.mtime });
    }
    return real;
  }

  #takeFile(entry: StagedEntry, label: string): string {
    const { root, force, protectedFolders } = this.#request;
    const { path, missing } = this.#locate(entry.path);
    for (const folder of missing) this.#addFolder(folder);
    const rival = this.#places.get(path)?.by ?? this.#kept.get(path);
    if (rival !== undefined && rival !== label && !force) this.#conflicts.push(`/${path}: ${label} and ${rival} have it`);
    const present = root.stat(path);
    if (this.#folders.has(path)) this.#conflicts.push(`/${path}: ${label} has a file where another package has a folder`);
    else if (present?.isDirectory() === true && readdirSync(root.onDisk(path)).length > 0) this.#conflicts.push(`/${path}: ${label} has a file where the root has a folder`);
    let target = path;
    if (entry.header.type === 'file' && present?.isFile() === true && isBelow(path, protectedFolders) && digestOf(root, path) !== entry.sha256) {
      target = protectedName(path, (candidate) => root.stat(candidate) !== undefined || this.#places.has(candidate));
      this.#aside.push({ path, beside: target });
    }
    this.#planned.set(path, entry.header.type === 'symlink' ? { type: 'link', target: entry.header.linkName } : { type: 'file' });
    this.#placed.set(target, entry.inode);
    this.#places.set(target, { operation: { do: 'place', path: target, staged: entry.staged ?? '' }, by: label });
    return path;
  }

  #addFolder(path: string): void {
    this.#folders.add(path);
    this.#planned.set(path, { type: 'folder' });
  }

  /** Most entries of an archive share their folder. */
  #locate(path: string): Location {
    const folder = dirname(path);
    const known = this.#ways.get(folder);
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (known !== undefined) return { path: join(dirname(known.path), name), missing: [] };
    const found = this.#request.root.locate(path, this.#planned);
    if (found.missing.length === 0) this.#ways.set(folder, found);
    return found;
  }

  #operations(owned: readonly Owned[]): readonly Operation[] {
    const { keep, replace } = this.#request;
    const files = new Set([...keep, ...owned].flatMap((one) => one.files));
    const folders = new Set([...keep, ...owned].flatMap((one) => one.folders));
    const gone = [...this.#old].filter((path) => !files.has(path)).toSorted(byCodeUnit);
    const emptied = [...new Set(replace.flatMap((one) => one.folders))].filter((path) => !folders.has(path) && !this.#folders.has(path)).toSorted(byCodeUnit);
    return [
      ...[...this.#folders].toSorted(byCodeUnit).map((path): Operation => ({ do: 'folder', path })),
      ...[...this.#places.values()].map(({ operation }) => operation),
      ...gone.map((path): Operation => ({ do: 'remove', path })),
      // Deepest first: what lies below sorts behind.
      ...emptied.toReversed().map((path): Operation => ({ do: 'remove-folder', path })),
      ...[...this.#properties].toSorted(([a], [b]) => byCodeUnit(b, a)).map(([, operation]) => operation),
    ];
  }
}

function join(folder: string, name: string): string {
  return folder === '.' || folder === '' ? name : `${folder}/${name}`;
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => folder === '' || path.startsWith(`${folder}/`));
}

function digestOf(root: RootFolder, path: string): string {
  return createHash('sha256').update(readFileSync(root.onDisk(path))).digest('hex');
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
