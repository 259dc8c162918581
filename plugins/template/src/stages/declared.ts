import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDefineStage, fileTree, noOptions } from '@cos/core';
import { packageRecipe } from '@cos/core/artifacts';
import { writePackageFiles } from '@cos/luet';
import * as z from 'zod/mini';
import { readDeclared } from '../read-declared.ts';
import { writeRecipe } from '../recipe.ts';
import { valuesSchema } from '../values.ts';

/**
 * What a package of a tree has as files, for one that the config declares: its recipe, its definition.yaml, and the build context when its files are in
 * the config, too (else an empty folder). Each output counts by its bytes: another description makes another definition and builds nothing.
 */
export const declared = createDefineStage(noOptions)({
  description: 'write the recipe, the definition and the files of a package that the config declares',
  version: 1,
  cache: 'content',
  inputs: {},
  outputs: { recipe: packageRecipe, definition: fileTree, context: fileTree },
  options: z.object({ package: valuesSchema }),
  async run({ options, emit, scratch }) {
    const one = readDeclared(options.package);
    const { category, name, version } = one.definition;
    const context = join(scratch, 'context');
    await mkdir(context);
    for (const [path, text] of one.files) {
      await mkdir(dirname(join(context, path)), { recursive: true });
      await writeFile(join(context, path), text);
    }
    const recipe = join(scratch, 'recipe.json');
    await writeFile(recipe, writeRecipe(one.definition, one.spec));
    const definition = join(scratch, 'definition.yaml');
    await writeFile(definition, writePackageFiles(one).get('definition.yaml') ?? '');
    return { recipe: await emit.recipe(recipe, { category, name, version }), definition: await emit.definition(definition, {}), context: await emit.context(context, {}) };
  },
});
