import { cp, mkdir, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { createDefineStage, fileTree, many, noOptions } from '@cos/core';
import { writePackageFiles } from '@cos/luet';
import * as z from 'zod/mini';
import { readDeclared } from '../read-declared.ts';
import { valuesSchema } from '../values.ts';

/** Files by which luet knows what a folder is; those of a context are no files of the package. */
const packageFiles = ['definition.yaml', 'collection.yaml', 'build.yaml', 'finalize.yaml'];

/**
 * Packages that the config declares as a tree that luet reads: a folder `category/name/version` each, with the files that say the same, and those of its
 * context. Repositories carry it for who builds on them.
 */
export const declaredTree = createDefineStage(noOptions)({
  description: 'write the packages that the config declares as a package tree',
  version: 1,
  cache: 'content',
  inputs: {
    /** Folders of those packages that have one, in the order of the packages. */
    contexts: many(fileTree),
  },
  outputs: { tree: fileTree },
  options: z.object({ packages: z.array(z.object({ package: valuesSchema, hasContext: z.boolean() })) }),
  async run({ inputs, options, emit, scratch, log }) {
    const tree = join(scratch, 'tree');
    await mkdir(tree);
    const contexts = [...inputs.contexts];
    for (const given of options.packages) {
      const one = readDeclared(given.package);
      const { category, name, version } = one.definition;
      // No name begins with a dash, so a package without a category is never above another one.
      const folder = join(tree, category === '' ? '-' : category, name, version);
      await mkdir(dirname(folder), { recursive: true });
      const context = given.hasContext ? contexts.shift() : undefined;
      if (given.hasContext && context === undefined) throw new Error(`the package ${category}/${name}@${version} has a context that is not among the inputs`);
      if (context === undefined) await mkdir(folder);
      else await copyContext(await context.path(), folder, (path) => log.warn(`the link ${path} leads out of the context of ${category}/${name}@${version} and is left out of the tree`));
      for (const [path, text] of [...one.files, ...writePackageFiles(one)]) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
    }
    return { tree: await emit.tree(tree, {}) };
  },
});

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
