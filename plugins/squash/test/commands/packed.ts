import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compress, createEntry, writeTar, type TarEntry } from '@cos/archive';
import { runCommand, type CommandRun } from '@cos/core/testing';
import { onTestFinished } from 'vitest';
import { squash } from '../../src/index.ts';
import { describePackage } from '../../src/metadata.ts';
import { parseRecipe } from '../../src/recipe.ts';

/** A workspace with archives in it. */
export interface Shelf {
  readonly folder: string;
  /** Writes an archive below the folder; `identity`: with metadata beside it. */
  put(path: string, entries: readonly TarEntry[], options?: { readonly identity?: readonly [category: string, name: string, version: string]; readonly format?: 'none' | 'gzip' | 'zstd' }): Promise<void>;
  call(name: 'inspect' | 'diff', args: Readonly<Record<string, unknown>>): Promise<CommandRun>;
}

export async function makeShelf(): Promise<Shelf> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-shelf-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  return {
    folder,
    put: async (path, entries, { identity, format = 'zstd' } = {}) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, compress(writeTar(entries), { format }));
      if (identity === undefined) return;
      const [category, name, version] = identity;
      const recipe = parseRecipe(JSON.stringify({ format: 1, category, name, version }));
      await writeFile(file.replace(/\.package\.tar.*$/, '.metadata.yaml'), describePackage({ recipe, definition: undefined, sha256: 'a'.repeat(64), files: [], compression: 'zstd', epoch: 0 }));
    },
    call: async (name, args) => runCommand(squash(), name, { workspace: folder, args }),
  };
}

export const directory = (path: string): TarEntry => createEntry({ path, type: 'directory' });
export const file = (path: string, content: string | number = path, more: Partial<TarEntry> = {}): TarEntry => createEntry({ path, ...more }, typeof content === 'string' ? content : Buffer.alloc(content, path));
