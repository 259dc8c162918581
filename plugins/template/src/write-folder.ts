import { cp, mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { writePackageFiles, type ObjectPackage } from '@cos/luet';

/** Files by which luet knows what a folder is; those of a context are no files of the package. */
const packageFiles = ['definition.yaml', 'collection.yaml', 'build.yaml', 'finalize.yaml'];

/** Writes the folder from which luet would read a declared package: the files of its context, and those that say the same as the declaration. */
export async function writeFolder(one: ObjectPackage, context: string | undefined, folder: string, warn: (message: string) => void): Promise<void> {
  const { category, name, version } = one.definition;
  await mkdir(dirname(folder), { recursive: true });
  if (context === undefined) await mkdir(folder);
  else await copyContext(context, folder, (path) => warn(`the link ${path} leads out of the context of ${category}/${name}@${version} and is left out of the tree`));
  for (const [path, text] of [...one.files, ...writePackageFiles(one)]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** A tree of files has no links that lead out of it, which would mean something else elsewhere. */
async function copyContext(from: string, to: string, onLink: (path: string) => void): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  for (const name of packageFiles) await rm(join(to, name), { recursive: true, force: true });
  const entries = (await readdir(to, { withFileTypes: true, recursive: true })).map((entry) => ({ path: join(entry.parentPath, entry.name).slice(to.length + 1), isLink: entry.isSymbolicLink() }));
  for (const { path } of entries.filter(({ isLink }) => isLink).sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const target = await readlink(join(to, path));
    const end = posix.normalize(posix.join(posix.dirname(path), target));
    if (!target.startsWith('/') && end !== '..' && !end.startsWith('../')) continue;
    await rm(join(to, path));
    onLink(path);
  }
}
