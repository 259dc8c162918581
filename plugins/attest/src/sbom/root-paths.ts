import { posix } from 'node:path';
import type { TarHeader } from '@cos/archive';

/** What is known of one path of a root filesystem before anything is read. */
export type RootEntry = Pick<TarHeader, 'path' | 'type' | 'linkName'>;

/** More links on one way are a circle, as for Linux. */
const MAX_LINKS = 40;

/** The names in a root filesystem. Paths have no leading slash. */
export class RootPaths {
  /** Files; hard links with the path of the file. */
  readonly #files = new Map<string, string>();
  readonly #links = new Map<string, string>();

  add({ path, type, linkName }: RootEntry): void {
    if (type === 'symlink') this.#links.set(path, linkName);
    else if (type === 'file') this.#files.set(path, path);
    else if (type === 'link') this.#files.set(path, linkName);
  }

  /** The path under which the content of a file stands in the archive, behind all links; undefined: there is no such file. */
  findFile(path: string): string | undefined {
    const real = this.#resolve(path);
    return real === undefined ? undefined : this.#files.get(real);
  }

  /** Names of the files in a folder, sorted by code unit. */
  filesIn(folder: string): readonly string[] {
    const real = this.#resolve(folder);
    if (real === undefined) return [];
    const inside = [...this.#files.keys(), ...this.#links.keys()].filter((path) => posix.dirname(path) === real);
    return inside.map((path) => posix.basename(path)).sort();
  }

  /** Follows symbolic links as the kernel does that has this root: no link leads out of it. */
  #resolve(path: string): string | undefined {
    const rest = path.split('/');
    const real: string[] = [];
    let followed = 0;
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      if (name === '' || name === '.') continue;
      if (name === '..') {
        real.pop();
        continue;
      }
      const target = this.#links.get([...real, name].join('/'));
      if (target === undefined) {
        real.push(name);
        continue;
      }
      followed += 1;
      if (followed > MAX_LINKS) return undefined;
      if (target.startsWith('/')) real.length = 0;
      rest.unshift(...target.split('/'));
    }
    return real.join('/');
  }
}
