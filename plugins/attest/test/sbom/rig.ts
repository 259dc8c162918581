import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createEntry, writeTar, type TarEntry } from '@cos/archive';
import { CosError } from '@cos/core';
import { onTestFinished } from 'vitest';
import { readInventory, type Inventory } from '../../src/sbom/read-inventory.ts';
import type { RootFilesystem } from '../../src/sbom/root-filesystem.ts';
import type { InstalledPackage } from '../../src/sbom/installed-package.ts';

/** Files of a root filesystem by path; `-> target` is a symbolic link, `=> target` a hard link. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** An empty folder that is removed after the test. */
export async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-sbom-'));
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }));
  return folder;
}

export function entriesOf(files: Files): readonly TarEntry[] {
  return Object.entries(files).map(([path, content]) => {
    const [, arrow, linkName] = typeof content === 'string' ? (/^(->|=>) (.+)$/.exec(content) ?? []) : [];
    if (linkName !== undefined) return createEntry({ path, type: arrow === '->' ? 'symlink' : 'link', linkName });
    return createEntry({ path }, content);
  });
}

export async function inventoryOf(files: Files): Promise<Inventory> {
  const entries = entriesOf(files);
  const root: RootFilesystem = {
    async *list() {
      yield* entries;
    },
    read: (only) => writeTar(entries.filter(({ path }) => only.has(path))),
  };
  return await readInventory(root, { scratch: await createFolder(), signal: new AbortController().signal });
}

/** Names and versions, as `name version architecture`. */
export function shortly(packages: readonly InstalledPackage[]): readonly string[] {
  return packages.map(({ name, epoch, version, architecture = '' }) => `${name} ${epoch === undefined ? '' : `${epoch}:`}${version} ${architecture}`.trim());
}

/** The diagnostics that an action fails with, as a person would read them. */
export async function failureOf(action: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    return error.diagnostics.map(({ code, message, place }) => `${code}: ${message}${place === undefined ? '' : ` [${place.file}:${place.line}]`}`);
  }
  throw new Error('expected diagnostics');
}

/** Runs a program; gives its standard output. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  // Programs of rpm make a database in the home of who calls them.
  const home = await mkdtemp(join(tmpdir(), 'cos-attest-home-'));
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 ** 2, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: home, SOURCE_DATE_EPOCH: '1700000000' } });
    return stdout;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
