import { normalPath, readWhiteout, type LayerListing, type TarHeader } from '@cos/archive';
import type { LayerMaker } from './layer-makers.ts';

// While a command runs, its builder lays folders and files of its own over those of the image. Docker's classic builder leaves nothing of that in a layer;
// BuildKit and the builder of Podman leave empty folders and files that they mounted on, and do not lay something over everything that Docker does, so that
// what a command writes there stays. Without all this an image is the same whichever of them made it.

type Entries = Pick<LayerListing, 'entries'>;

/** Files that a command sees of the builder and not of the image, whatever it writes there. */
const mountedFiles = ['etc/hosts', 'etc/hostname', 'etc/resolv.conf', 'run/.containerenv'];
const mountedFolders = ['dev', 'proc', 'sys'];

/** The layers, lowest first, without what builders mount on. The lowest one is the base, which no command made. */
export function dropMountPoints(layers: readonly Entries[], makers: readonly LayerMaker[]): readonly Entries[] {
  const isSuspect = (index: number): boolean => index > 0 && (makers[index] ?? 'other') !== 'other';
  if (!layers.some((_, index) => isSuspect(index))) return layers;
  const below = new PathsBelow();
  return layers.map((layer, index) => {
    const kept = isSuspect(index) ? withoutMountPoints(layer, below) : layer;
    below.add(kept);
    return kept;
  });
}

function withoutMountPoints({ entries }: Entries, below: PathsBelow): Entries {
  const left = new Map(entries.map(({ header }) => [normalPath(header.path), header]));
  const isLeftover = (path: string): boolean => {
    const header = left.get(path);
    return header !== undefined && isPlainFolder(header) && !below.has(path) && !hasChildren(path, left);
  };
  // A link of the image leads the builder elsewhere: /etc/resolv.conf is one in systems with systemd-resolved.
  const files = new Set(mountedFiles.flatMap((path) => [path, below.resolve(path)]));
  for (const path of files) {
    const type = left.get(path)?.type;
    if (type !== 'directory' && !isLinked(path, entries)) left.delete(path);
    left.delete(whiteoutOf(path));
  }
  // The file may be gone; the folders that were made for it stay in any case.
  for (const path of [...mountedFolders, ...[...files].map(parentOf)]) for (let folder = path; isLeftover(folder); folder = parentOf(folder)) left.delete(folder);
  return { entries: entries.filter(({ header }) => left.has(normalPath(header.path))) };
}

/** The paths at which a container shows what was dropped, or shows nothing because a removal was dropped. */
export function droppedPaths(layers: readonly Entries[], kept: readonly Entries[]): ReadonlySet<string> {
  const dropped = new Set<string>();
  for (const [index, { entries }] of layers.entries()) {
    const rest = kept[index]?.entries ?? [];
    if (rest.length === entries.length) continue;
    const left = new Set(rest);
    for (const entry of entries) {
      if (left.has(entry)) continue;
      const whiteout = readWhiteout(entry.header.path);
      dropped.add(whiteout?.kind === 'remove' ? whiteout.path : normalPath(entry.header.path));
    }
  }
  return dropped;
}

/** A folder as builders make them. */
function isPlainFolder({ type, uid, gid, mode, xattrs }: TarHeader): boolean {
  return type === 'directory' && mode === 0o755 && uid === 0 && gid === 0 && xattrs.size === 0;
}

/** Whether another name of the layer is the same file. */
function isLinked(path: string, entries: Entries['entries']): boolean {
  return entries.some(({ header }) => header.type === 'link' && normalPath(header.linkName) === path);
}

/** Format: OCI image specification, layer.md. */
function whiteoutOf(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return `${path.slice(0, slash)}.wh.${path.slice(slash)}`;
}

function hasChildren(path: string, among: ReadonlyMap<string, TarHeader>): boolean {
  return [...among.keys()].some((name) => name.startsWith(`${path}/`));
}

function hasAncestor(path: string, among: ReadonlySet<string>): boolean {
  for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) if (among.has(parent)) return true;
  return among.has('');
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** What the layers below have, as far as it must be known: whether there is something at a path, and where links lead. */
class PathsBelow {
  /** Targets of symbolic links; the empty text for everything else. */
  readonly #paths = new Map<string, string>();

  add({ entries }: Entries): void {
    const removed = new Set<string>();
    const emptied = new Set<string>();
    for (const { header } of entries) {
      const whiteout = readWhiteout(header.path);
      if (whiteout?.kind === 'remove') removed.add(whiteout.path);
      if (whiteout?.kind === 'opaque') emptied.add(whiteout.path);
    }
    if (removed.size + emptied.size > 0) {
      for (const path of this.#paths.keys()) if (removed.has(path) || hasAncestor(path, removed) || hasAncestor(path, emptied)) this.#paths.delete(path);
    }
    for (const { header } of entries) {
      if (readWhiteout(header.path) !== undefined) continue;
      const path = normalPath(header.path);
      this.#paths.set(path, header.type === 'symlink' ? header.linkName : '');
      // A layer may name a file without its folders.
      for (let parent = parentOf(path); parent !== '' && !this.#paths.has(parent); parent = parentOf(parent)) this.#paths.set(parent, '');
    }
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  /** Where a path leads through the symbolic links on its way; never out of the root. */
  resolve(path: string): string {
    const ahead = path.split('/').toReversed();
    let here: string[] = [];
    for (let links = 0; ahead.length > 0 && links < MAX_LINKS; ) {
      const name = ahead.pop() ?? '';
      if (name === '' || name === '.') continue;
      if (name === '..') {
        here.pop();
        continue;
      }
      const target = this.#paths.get([...here, name].join('/')) ?? '';
      if (target === '') {
        here.push(name);
        continue;
      }
      links++;
      if (target.startsWith('/')) here = [];
      ahead.push(...target.split('/').toReversed());
    }
    return here.join('/');
  }
}

/** As Linux has it. */
const MAX_LINKS = 40;
