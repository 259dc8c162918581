// A root filesystem in memory, without the content of its files: what would be on disk after unpacking archives one over the other.
// Names point to inodes, so a hard link stays good when the name that it was made from is replaced or removed.
// Easily got wrong: whiteouts hide only what older layers brought, whatever the order inside the layer.
import { ArchiveError, quoteName } from '../archive-error.ts';
import { sortNames } from '../names.ts';
import type { TarHeader } from '../tar/entry.ts';
import { normalPath } from './normal-path.ts';

/** A file of any type; several names may share it. While its type is `link`, the link's target has not been seen yet. */
export interface Inode<Content> {
  readonly header: TarHeader;
  /** Where the content is kept; undefined for everything but files. */
  readonly content: Content | undefined;
  /** False when one path alone leads to it, which is so for almost all: nobody needs to remember those. */
  readonly isShared: boolean;
}

/** While the tree is made, links may still come. */
interface GrowingInode<Content> extends Inode<Content> {
  isShared: boolean;
}

/** A path and what is there; `inode` is undefined for a directory that has no entry of its own. */
export interface Place<Content> {
  readonly path: string;
  readonly inode: Inode<Content> | undefined;
}

interface Node<Content> {
  inode: GrowingInode<Content> | undefined;
  /** Defined exactly for directories. */
  readonly children: Map<string, Node<Content>> | undefined;
  /** Number of the layer that brought it. */
  layer: number;
}

/** How a tree treats an archive's directory where it has a symbolic link to a directory. */
export interface RootTreeOptions {
  /** `replace` (default) puts the directory in place of the link, as container engines do; `keep` keeps the link and goes through it. */
  readonly directoryOverSymlink?: 'replace' | 'keep';
}

/** Bound on symbolic links in one path, as Linux has it. */
const MAX_LINKS = 40;
const MAX_DEPTH = 4096;

/** See the top of the file. All paths are given as they stand in archives and brought into normal form here. */
export class RootTree<Content> {
  readonly #root: Node<Content> = { inode: undefined, children: new Map(), layer: 0 };
  readonly #keepSymlinks: boolean;
  #layer = 0;
  /** The directory that was used last: archives name the entries of one directory after the other. */
  #recent: { readonly path: string; readonly node: Node<Content> } | undefined;

  constructor(options: RootTreeOptions = {}) {
    this.#keepSymlinks = options.directoryOverSymlink === 'keep';
  }

  /** Starts the next layer: from here on, whiteouts hide what was placed before. */
  nextLayer(): void {
    this.#layer++;
  }

  /** Puts an entry into the tree, over whatever was there. An entry for the root itself changes nothing. */
  place(header: TarHeader, content: Content | undefined): void {
    const path = normalPath(header.path);
    if (path === '') return;
    const slash = path.lastIndexOf('/');
    const parent = this.#parent(slash < 0 ? '' : path.slice(0, slash));
    const name = path.slice(slash + 1);
    const existing = parent.children?.get(name);
    if (header.type === 'directory') {
      this.#placeDirectory(parent, name, existing, header);
      return;
    }
    const inode = header.type === 'link' ? this.#linkTarget(header) : { header, content, isShared: false };
    if (existing !== undefined) this.#recent = undefined;
    parent.children?.set(name, { inode, children: undefined, layer: this.#layer });
  }

  /** Removes what older layers have at `path`, with everything below. */
  hide(path: string): void {
    const normal = normalPath(path);
    const slash = normal.lastIndexOf('/');
    const parent = this.#find(slash < 0 ? '' : normal.slice(0, slash));
    const name = normal.slice(slash + 1);
    const node = parent?.children?.get(name);
    if (parent === undefined || node === undefined) return;
    this.#recent = undefined;
    if (this.#isHidden(node)) parent.children?.delete(name);
  }

  /** Removes what older layers have below the directory `path`. */
  hideChildren(path: string): void {
    const directory = this.#find(normalPath(path));
    if (directory?.children === undefined) return;
    this.#recent = undefined;
    this.#hideOlder(directory.children);
  }

  /**
   * Everything in the tree but the root, in canonical order. A hard link whose target never came is a `missing-target` error.
   * Call it once, at the end.
   */
  list(): Place<Content>[] {
    const places: Place<Content>[] = [];
    const resolved = new Map<Inode<Content>, GrowingInode<Content>>();
    const visit = (children: Map<string, Node<Content>>, prefix: string): void => {
      for (const name of sortNames([...children.keys()])) {
        const node = children.get(name);
        if (node === undefined) continue;
        const inode = node.inode?.header.type === 'link' ? this.#resolve(node.inode, resolved, new Set()) : node.inode;
        const path = pathOf(prefix, name, node.inode);
        places.push({ path, inode });
        if (node.children !== undefined) visit(node.children, `${path}/`);
      }
    };
    visit(this.#root.children ?? new Map(), '');
    return places;
  }

  #placeDirectory(parent: Node<Content>, name: string, existing: Node<Content> | undefined, header: TarHeader): void {
    const inode = { header, content: undefined, isShared: false };
    if (existing?.children !== undefined) {
      existing.inode = inode;
      existing.layer = this.#layer;
      return;
    }
    if (this.#keepSymlinks && existing?.inode?.header.type === 'symlink' && this.#find(normalPath(header.path)) !== undefined) return;
    if (existing !== undefined) this.#recent = undefined;
    parent.children?.set(name, { inode, children: new Map(), layer: this.#layer });
  }

  /** The inode that a hard link names now, or a pending one if nothing is there yet. */
  #linkTarget(header: TarHeader): GrowingInode<Content> {
    const node = this.#lookup(normalPath(header.linkName));
    if (node?.children !== undefined) throw linkToDirectory(header);
    const inode = node?.inode ?? { header, content: undefined, isShared: true };
    inode.isShared = true;
    return inode;
  }

  #resolve(link: Inode<Content>, resolved: Map<Inode<Content>, GrowingInode<Content>>, seen: Set<Inode<Content>>): GrowingInode<Content> {
    const known = resolved.get(link);
    if (known !== undefined) return known;
    const node = this.#lookup(normalPath(link.header.linkName));
    if (node?.children !== undefined) throw linkToDirectory(link.header);
    if (node?.inode === undefined || seen.has(link)) {
      const { path, linkName } = link.header;
      throw new ArchiveError('missing-target', `The hard link ${quoteName(path)} names ${quoteName(linkName)}, which does not exist`, { path });
    }
    seen.add(link);
    const target = node.inode.header.type === 'link' ? this.#resolve(node.inode, resolved, seen) : node.inode;
    target.isShared = true;
    resolved.set(link, target);
    return target;
  }

  #lookup(path: string): Node<Content> | undefined {
    const slash = path.lastIndexOf('/');
    return this.#find(slash < 0 ? '' : path.slice(0, slash))?.children?.get(path.slice(slash + 1));
  }

  /** The directory at `path`, made when it is missing. */
  #parent(path: string): Node<Content> {
    if (path === '') return this.#root;
    if (this.#recent?.path === path) return this.#recent.node;
    const node = this.#walk(path, true);
    if (node === undefined) throw new Error('Internal error: a directory was neither found nor made');
    this.#recent = { path, node };
    return node;
  }

  #find(path: string): Node<Content> | undefined {
    return path === '' ? this.#root : this.#walk(path, false);
  }

  /** Goes down to a directory, through symbolic links, which never lead out of the root. */
  #walk(path: string, make: boolean): Node<Content> | undefined {
    const stack = [this.#root];
    const ahead = path.split('/').reverse();
    let links = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      const here = stack[stack.length - 1]?.children;
      if (name === '' || name === '.') continue;
      if (name === '..') {
        if (stack.length > 1) stack.pop();
        continue;
      }
      let node = here?.get(name);
      if (node === undefined) {
        if (!make) return undefined;
        node = { inode: undefined, children: new Map(), layer: this.#layer };
        here?.set(name, node);
      }
      if (node.children !== undefined) {
        stack.push(node);
        if (stack.length > MAX_DEPTH) throw new ArchiveError('limit', `The path ${quoteName(path)} leads deeper than ${MAX_DEPTH} directories`, { path });
        continue;
      }
      const header = node.inode?.header;
      if (header?.type !== 'symlink') {
        if (!make) return undefined;
        throw new ArchiveError('path-conflict', `An entry lies below ${quoteName(path)}, where ${quoteName(header?.path ?? name)} is a ${header?.type ?? 'file'} and not a directory`, { path });
      }
      links++;
      if (links > MAX_LINKS) throw new ArchiveError('path-conflict', `The path ${quoteName(path)} goes through more than ${MAX_LINKS} symbolic links`, { path });
      if (header.linkName.startsWith('/')) stack.length = 1;
      ahead.push(...header.linkName.split('/').reverse());
    }
    return stack[stack.length - 1];
  }

  /** Removes the older part of a node; true when nothing of it remains. What newer entries lie below keeps its directories. */
  #isHidden(node: Node<Content>): boolean {
    if (node.children !== undefined) this.#hideOlder(node.children);
    if (node.layer >= this.#layer) return false;
    node.inode = undefined;
    return node.children === undefined || node.children.size === 0;
  }

  #hideOlder(children: Map<string, Node<Content>>): void {
    for (const [name, node] of children) {
      if (this.#isHidden(node)) children.delete(name);
    }
  }
}

/** The entry's own text where it is the same, so that there is one for each file and not two. */
function pathOf<Content>(prefix: string, name: string, inode: Inode<Content> | undefined): string {
  const given = inode?.header.path;
  return given?.length === prefix.length + name.length && given.startsWith(prefix) && given.endsWith(name) ? given : prefix + name;
}

function linkToDirectory(header: TarHeader): ArchiveError {
  const { path, linkName } = header;
  return new ArchiveError('path-conflict', `The hard link ${quoteName(path)} names ${quoteName(linkName)}, which is a directory`, { path });
}
