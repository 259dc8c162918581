import type { FolderEntry } from '@cos/core';
import type { CopiedPath } from './copied-paths.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { namePattern } from './name-pattern.ts';

// Which files of its context a Dockerfile reads. Folders are taken whole, so that there are few parts, unless a rule may leave something in them out: then
// each entry is a part of its own. What is a part follows from the rules and not from which files there are, so that a file which is left out never counts.

/** A part of the context. `path`: inside of the context and from its top, `/` for all of it. */
export type ContextPart =
  /** A file, or a folder with everything in it. */
  | { readonly type: 'source'; readonly path: string }
  /** A folder by itself. */
  | { readonly type: 'folder'; readonly path: string }
  | { readonly type: 'link'; readonly path: string; readonly target: string };

export interface SelectContextRequest {
  readonly paths: readonly CopiedPath[];
  readonly rules: IgnoreRules;
  /** Entries of a folder of the context. */
  readonly list: (folder: string) => Promise<readonly FolderEntry[]>;
}

export interface SelectedContext {
  /** Sorted by path; none lies inside of another one that is taken whole. */
  readonly parts: readonly ContextPart[];
  /** Paths that nothing fits. */
  readonly missing: readonly { readonly path: CopiedPath; readonly isIgnored: boolean }[];
}

export async function selectContext(request: SelectContextRequest): Promise<SelectedContext> {
  const selection = new Selection(request);
  const missing: { readonly path: CopiedPath; readonly isIgnored: boolean }[] = [];
  for (const path of request.paths) {
    const found = await selection.select('', path.parts, 0);
    if (found !== 'taken') missing.push({ path, isIgnored: found === 'ignored' });
  }
  return { parts: selection.parts(), missing };
}

type Found = 'taken' | 'ignored' | 'nothing';

/** Links that are followed for one path, as many as Linux follows. */
const MAX_LINKS = 40;

class Selection {
  readonly #request: SelectContextRequest;
  /** By path, without the slash at its start. */
  readonly #parts = new Map<string, ContextPart>();
  readonly #listed = new Map<string, Promise<readonly FolderEntry[]>>();

  constructor(request: SelectContextRequest) {
    this.#request = request;
  }

  parts(): readonly ContextPart[] {
    const whole = (path: string): boolean => this.#parts.get(path)?.type === 'source';
    return [...this.#parts.values()].filter(({ path }) => !foldersAbove(path).some(whole)).sort((a, b) => (a.path < b.path ? -1 : 1)).map((part) => ({ ...part, path: `/${part.path}` }));
  }

  async select(folder: string, parts: readonly string[], links: number): Promise<Found> {
    const [name, ...rest] = parts;
    if (name === undefined || name.includes('$')) return this.#takeFolder(folder);
    const matches = namePattern(name) ?? ((other) => other === name);
    const found: Found[] = [];
    for (const entry of await this.#list(folder)) if (matches(entry.name)) found.push(await this.#enter(join(folder, entry.name), entry, rest, links));
    return found.includes('taken') ? 'taken' : found.includes('ignored') ? 'ignored' : 'nothing';
  }

  async #enter(path: string, entry: FolderEntry, rest: readonly string[], links: number): Promise<Found> {
    if (entry.type === 'symlink') return this.#follow(path, entry, rest, links);
    if (entry.type === 'directory') return rest.length === 0 ? this.#takeFolder(path) : this.select(path, rest, links);
    return rest.length === 0 ? this.#take(path, entry) : 'nothing';
  }

  /** A link that is named stands for what it leads to, inside of the context. */
  async #follow(path: string, entry: FolderEntry, rest: readonly string[], links: number): Promise<Found> {
    const taken = this.#take(path, entry);
    if (taken !== 'taken' || links >= MAX_LINKS) return taken;
    const target = entry.target ?? '';
    const parts = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
    for (const part of target.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return this.select('', [...parts.map(literal), ...rest], links + 1);
  }

  async #takeFolder(path: string): Promise<Found> {
    const { rules } = this.#request;
    const isIgnored = path !== '' && rules.ignores(path);
    if (!rules.mayDecideBelow(path)) {
      if (isIgnored) return 'ignored';
      this.#parts.set(path, { type: 'source', path });
      return 'taken';
    }
    if (!isIgnored && path !== '') this.#add({ type: 'folder', path });
    const found: Found[] = [isIgnored ? 'ignored' : 'taken'];
    for (const entry of await this.#list(path)) {
      const below = join(path, entry.name);
      found.push(entry.type === 'directory' ? await this.#takeFolder(below) : this.#take(below, entry));
    }
    return found.includes('taken') ? 'taken' : 'ignored';
  }

  #take(path: string, entry: FolderEntry): Found {
    if (this.#request.rules.ignores(path)) return 'ignored';
    this.#add(entry.type === 'symlink' ? { type: 'link', path, target: entry.target ?? '' } : { type: 'source', path });
    return 'taken';
  }

  #add(part: ContextPart): void {
    if (!this.#parts.has(part.path)) this.#parts.set(part.path, part);
  }

  #list(folder: string): Promise<readonly FolderEntry[]> {
    const known = this.#listed.get(folder) ?? this.#request.list(folder);
    this.#listed.set(folder, known);
    return known;
  }
}

function join(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** A name as a pattern that fits nothing else. */
function literal(name: string): string {
  return name.replace(/[\\*?[]/g, String.raw`\$&`);
}

/** All folders above a path, the context itself (empty) among them. */
function foldersAbove(path: string): readonly string[] {
  if (path === '') return [];
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index).join('/'));
}
