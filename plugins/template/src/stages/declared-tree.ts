import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createDefineStage, fileTree, many, noOptions } from '@cos/core';
import * as z from 'zod/mini';
import { readDeclared } from '../read-declared.ts';
import { valuesSchema } from '../values.ts';
import { writeFolder } from '../write-folder.ts';

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
      const context = given.hasContext ? contexts.shift() : undefined;
      if (given.hasContext && context === undefined) throw new Error(`the package ${category}/${name}@${version} has a context that is not among the inputs`);
      await writeFolder(one, await context?.path(), folder, (message) => log.warn(message));
    }
    return { tree: await emit.tree(tree, {}) };
  },
});
