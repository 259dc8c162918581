// A tree that a test writes into a folder of its own, and what becomes of it.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createFolderReader, loadTree, planPackages, readValues } from '../../src/index.ts';
import type { FolderReader, PackagePlan, PlanPackagesOptions, Tree } from '../../src/index.ts';
import { render } from './render.ts';

/** Paths → texts; a value `{ link }` is a symbolic link. */
export type Files = Readonly<Record<string, string | { readonly link: string }>>;

export async function writeTree(files: Files): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'luet-case-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await writeFiles(root, files);
  return root;
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await (typeof content === 'string' ? writeFile(join(root, path), content) : symlink(content.link, join(root, path)));
  }
}

export interface Loaded {
  readonly tree: Tree;
  readonly reader: FolderReader;
  /** Fingerprint names. */
  readonly names: readonly string[];
  /** Of errors. */
  readonly errors: readonly string[];
}

export async function load(...roots: readonly string[]): Promise<Loaded> {
  const reader = createFolderReader({ roots });
  const tree = await loadTree({ roots, reader });
  const errors = tree.problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return { tree, reader, names: tree.packages.map((one) => one.fingerprintName), errors };
}

export type PlanOptions = Partial<Omit<PlanPackagesOptions, 'values'>> & { /** Texts of values files. */ readonly values?: readonly string[] };

/** Default target: every package. */
export function plan(tree: Tree, { values = [], ...options }: PlanOptions = {}): PackagePlan {
  const read = values.map((text, index) => readValues(text, `values-${index}.yaml`).values);
  return planPackages({ targets: 'all', render, ...options, tree, values: read });
}

export async function planFiles(files: Files, options?: PlanOptions): Promise<PackagePlan> {
  return plan((await load(await writeTree(files))).tree, options);
}

/** The recipe of one package as it is rendered. */
export async function renderFiles(files: Files, name: string, options?: PlanOptions): Promise<string> {
  return (await planFiles(files, options)).rendered.find((one) => one.package.definition.name === name)!.text;
}

export function chainOf(result: PackagePlan, name: string): readonly string[] {
  return result.packages.find((one) => one.name === name)!.chain.map((one) => one.fingerprintName);
}

export function definition(name: string, version = '1.0', rest = ''): string {
  return `name: "${name}"\ncategory: "t"\nversion: "${version}"\n${rest}`;
}

/** `requires('lib', 'tool@>=2')` */
export function requires(...names: readonly string[]): string {
  const items = names.map((one) => {
    const [name = '', version = '>=0'] = one.split('@');
    return `- {name: "${name}", category: "t", version: "${version}"}\n`;
  });
  return `requires:\n${items.join('')}`;
}

/** Packages by name: `lib@2.0` → build.yaml. */
export function packages(recipes: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(recipes).flatMap(([id, recipe]) => {
      const [name = '', version] = id.split('@');
      return [[`${id}/definition.yaml`, definition(name, version)], [`${id}/build.yaml`, recipe]];
    }),
  );
}
