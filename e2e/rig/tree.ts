import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { checkout, type Workspace } from './workspace.ts';

const recorded = join(checkout, 'core/luet/test/fixtures/luet/trees');

/**
 * A folder without a config and with a tree in `tree`: one that luet was recorded on, or the given files below it. Recipes that start from `base:1` start from
 * `base` instead. Removed when the test ends, unless it is kept for later tests of a file (`keep`), which then call `removeWorkspace` themselves.
 */
export function makeTree(content: string | Readonly<Record<string, string>>, base: string, options: { readonly keep?: boolean } = {}): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'cos-tree-'));
  if (options.keep !== true) onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(checkout, 'node_modules'), join(folder, 'node_modules'));
  if (typeof content === 'string') cpSync(join(recorded, content), join(folder, 'tree'), { recursive: true });
  else for (const [path, text] of Object.entries(content)) write(join(folder, 'tree', path), text);
  for (const name of readdirSync(join(folder, 'tree'), { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, 'tree', name);
    if (statSync(file).isFile() && name.endsWith('build.yaml')) write(file, readFileSync(file, 'utf8').replace(/"?\bbase:1\b"?/g, base));
  }
  return { folder, path: (...parts) => join(folder, ...parts) };
}

/** Files of a tree of packages in category `t`, version 1.0: recipes by name. */
export function packagesOf(recipes: Readonly<Record<string, string>>, definitions: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(recipes).flatMap(([name, recipe]) => [[`${name}/definition.yaml`, `category: t\nname: ${name}\nversion: "1.0"\n${definitions[name] ?? ''}`], [`${name}/build.yaml`, recipe]]));
}

export function requires(...names: readonly string[]): string {
  return `requires:\n${names.map((name) => `- {category: t, name: ${name}, version: ">=0"}\n`).join('')}`;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
