// A tree written in a test: path → text.
import { loadTree } from '../../src/index.ts';
import type { LoadTreeOptions, Tree, TreeReader } from '../../src/index.ts';

export function memoryReader(files: Readonly<Record<string, string>>): TreeReader {
  return {
    readFile: async (path) => files[path] ?? Promise.reject(new Error(`no such file: ${path}`)),
    list: async (path) => {
      const below = Object.keys(files).filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1));
      if (below.length === 0) throw new Error(`no such folder: ${path}`);
      const names = new Map(below.map((one) => [one.split('/')[0]!, one.includes('/')]));
      return [...names].map(([name, isFolder]) => ({ name, kind: isFolder ? 'directory' : 'file' }));
    },
  };
}

/** Files are given relative to the root `tree`. */
export function memoryTree(files: Readonly<Record<string, string>>, options: Partial<LoadTreeOptions> = {}): Promise<Tree> {
  const placed = Object.fromEntries(Object.entries(files).map(([path, text]) => [`tree/${path}`, text]));
  return loadTree({ roots: ['tree'], reader: memoryReader(placed), ...options });
}
