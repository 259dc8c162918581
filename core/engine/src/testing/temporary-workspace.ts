import { mkdir, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeTree } from '../execute/run-registry.ts';

/** A folder for one test. With `await using` it is removed at the end of the block. */
export interface TemporaryWorkspace extends AsyncDisposable {
  /** Absolute, without links. */
  readonly path: string;
  /** Writes files by their path below the folder; folders are made. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  read(path: string): Promise<string>;
  /** Absolute path of something below the folder. */
  join(...parts: readonly string[]): string;
  remove(): Promise<void>;
}

/** Makes an empty folder below the system's folder for temporary files, with the given files in it. */
export async function createWorkspace(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<TemporaryWorkspace> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'cos-test-')));
  const remove = () => Promise.resolve(removeTree(path));
  const workspace: TemporaryWorkspace = {
    path,
    async write(more) {
      for (const [name, content] of Object.entries(more)) {
        const file = join(path, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
      }
    },
    read: (name) => readFile(join(path, name), 'utf8'),
    join: (...parts) => join(path, ...parts),
    remove,
    [Symbol.asyncDispose]: remove,
  };
  await workspace.write(files);
  return workspace;
}
