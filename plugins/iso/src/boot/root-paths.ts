import { normalPath, type TarHeader } from '@cos/archive';

/** Where the content of a path lies in an archive. */
export interface FoundFile {
  /** The path of the entry that holds the content, without leading slash. */
  readonly path: string;
  /** How many entries of the archive stand before it. Of several entries with one path the last one counts. */
  readonly position: number;
  readonly size: number;
}

interface Entry {
  readonly type: TarHeader['type'];
  readonly linkName: string;
  readonly position: number;
  readonly size: number;
}

/** As the kernel: more symbolic links than this on one way are a loop. */
const mostLinks = 40;

/**
 * The names of a root filesystem and where they lead. Links are followed as if the root were `/`: an absolute target starts at the root
 * of the archive, and `..` does not leave it.
 */
export class RootPaths {
  readonly #entries = new Map<string, Entry>();
  readonly #names = new Map<string, Set<string>>();
  #count = 0;

  /** Takes the next entry of the archive. */
  add(header: TarHeader): void {
    const path = normalPath(header.path);
    this.#entries.set(path, { type: header.type, linkName: header.linkName, position: this.#count, size: header.size });
    this.#count += 1;
    this.#addName(path);
  }

  /** Enters a path into its folder, and the folder into its own: a folder may lack an entry. */
  #addName(path: string): void {
    const slash = path.lastIndexOf('/');
    const folder = slash < 0 ? '' : path.slice(0, slash);
    const known = this.#names.get(folder);
    if (known === undefined && folder !== '') this.#addName(folder);
    const names = known ?? new Set();
    names.add(path.slice(slash + 1));
    this.#names.set(folder, names);
  }

  /** The names in a folder, sorted by code unit; empty when there is none. The folder may be reached through links. */
  list(folder: string): readonly string[] {
    const real = this.#walk(folder, 'folder');
    return real === undefined ? [] : [...(this.#names.get(real) ?? [])].filter((name) => name !== '').sort();
  }

  /** The regular file that a path leads to, through symbolic and hard links. */
  findFile(path: string): FoundFile | undefined {
    let real = this.#walk(path, 'anything');
    for (let links = 0; real !== undefined && links <= mostLinks; links += 1) {
      const entry = this.#entries.get(real);
      if (entry?.type === 'file') return { path: real, position: entry.position, size: entry.size };
      if (entry?.type !== 'link') return undefined;
      real = normalPath(entry.linkName);
    }
    return undefined;
  }

  /** Goes down name by name. Folders that have no entry of their own count as folders. */
  #walk(path: string, wanted: 'folder' | 'anything'): string | undefined {
    const ahead = path.split('/').reverse();
    const done: string[] = [];
    let links = 0;
    for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        done.pop();
        continue;
      }
      const here = [...done, name].join('/');
      const entry = this.#entries.get(here);
      if (entry?.type === 'symlink') {
        links += 1;
        if (links > mostLinks) return undefined;
        if (entry.linkName.startsWith('/')) done.length = 0;
        ahead.push(...entry.linkName.split('/').reverse());
        continue;
      }
      const isFolder = entry === undefined ? this.#names.has(here) : entry.type === 'directory';
      const isLast = ahead.every((next) => next === '' || next === '.');
      if (!isFolder && !(wanted === 'anything' && isLast && entry !== undefined)) return undefined;
      done.push(name);
    }
    return done.join('/');
  }
}
