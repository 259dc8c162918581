import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The root of the checkout that is under test. */
export const checkout = repository;

export interface Workspace {
  /** Absolute path of the folder that holds `cos.config.ts`. */
  readonly folder: string;
  path(...parts: readonly string[]): string;
}

/**
 * A private copy of a fixture project outside of the checkout, with the packages of the checkout installed as a user would have them. Removed when the
 * test ends, unless it is kept for later tests of a file (`keep`), which then call `removeWorkspace` themselves.
 */
export function makeWorkspace(fixture: string, options: { readonly keep?: boolean } = {}): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'cos-e2e-'));
  cpSync(fixture, folder, { recursive: true, verbatimSymlinks: true, filter: (path) => !/\/(node_modules|\.cos|build)$/.test(path) });
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  const workspace = { folder, path: (...parts: readonly string[]) => join(folder, ...parts) };
  if (options.keep !== true) onTestFinished(() => removeWorkspace(workspace));
  return workspace;
}

export function removeWorkspace(workspace: Workspace): void {
  rmSync(workspace.folder, { recursive: true, force: true });
}
