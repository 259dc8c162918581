import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Finds the config for commands that work without one of the user's own. The engine knows no plugin, so a package says that it brings such a config: in
 * its package.json, `"cos": { "defaultConfig": "./dist/default-config.js" }`. Asked are the dependencies of the nearest package.json above the folder, by
 * name, then the packages that are installed beside this one in its scope. The first one counts. Undefined when none brings one.
 */
export async function findDefaultConfig(folder: string): Promise<string | undefined> {
  for (const candidate of [...(await dependenciesOf(folder)), ...(await neighbours())]) {
    const file = await declaredBy(candidate);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Folders in which the dependencies of the nearest package may lie. */
async function dependenciesOf(folder: string): Promise<readonly string[]> {
  for (const above of upwards(folder)) {
    const manifest = await readManifest(above);
    if (manifest === undefined) continue;
    const names = ['dependencies', 'devDependencies'].flatMap((field) => keysOf(manifest[field]));
    const folders = upwards(above);
    return [...new Set(names)].sort().flatMap((name) => folders.map((each) => join(each, 'node_modules', name)));
  }
  return [];
}

/** Folders of the packages that share the scope of this one, where it is installed. */
async function neighbours(): Promise<readonly string[]> {
  for (const above of upwards(dirname(fileURLToPath(import.meta.url)))) {
    const name = (await readManifest(above))?.['name'];
    if (typeof name !== 'string' || !name.startsWith('@')) continue;
    const scope = name.slice(0, name.indexOf('/'));
    const found = await Promise.all(upwards(above).map((each) => listScope(join(each, 'node_modules', scope))));
    return found.flat();
  }
  return [];
}

async function listScope(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch {
    // Nothing is installed there.
    return [];
  }
}

async function declaredBy(folder: string): Promise<string | undefined> {
  const declared = (await readManifest(folder))?.['cos'];
  const path = typeof declared === 'object' && declared !== null && 'defaultConfig' in declared ? declared.defaultConfig : undefined;
  if (typeof path !== 'string') return undefined;
  const file = resolve(folder, path);
  const inside = relative(folder, file);
  return inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || !(await exists(file)) ? undefined : file;
}

/** A package that is not built brings nothing. */
async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function readManifest(folder: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return typeof content === 'object' && content !== null ? Object.fromEntries(Object.entries(content)) : undefined;
  } catch {
    // No package, or one that npm itself could not read.
    return undefined;
  }
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** The folder and all above it. */
function upwards(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...upwards(above)];
}
