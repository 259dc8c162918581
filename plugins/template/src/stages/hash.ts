import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, createDefineStage, fileTree, noOptions, one } from '@cos/core';
import { packageHash, packageRecipe } from '@cos/core/artifacts';
import { createFolderReader, createRecord, hashDirectory, isError, loadTree, saltOf, writeHashedPackage, type HashedPackage, type Identity, type PackageDefinition } from '@cos/luet';
import * as z from 'zod/mini';
import { memoryReader, textOf } from '../package-files.ts';
import { readRecipe } from '../read-recipe.ts';

/**
 * Hashes a package as luet does for its tags. It is a task of each package, because tags hash the bytes of its folder and its rendered recipe: only as
 * inputs are those the ones that are built, and every chain that the package stands in reads the result.
 */
export const hash = createDefineStage(noOptions)({
  description: 'hash a package as luet does for the tags of images',
  version: 1,
  cache: 'content',
  inputs: {
    recipe: one(packageRecipe),
    /** definition.yaml or collection.yaml. */
    definition: one(fileTree),
    /** As it lies in the tree: luet knows nothing of files that are rendered. */
    folder: one(fileTree),
  },
  outputs: { hash: packageHash },
  options: z.object({ collection: z.boolean() }),
  async run({ inputs, options, emit, scratch, log }) {
    const recipe = readRecipe(await readFile(await inputs.recipe.path(), 'utf8'));
    const definition = await findDefinition(await textOf(inputs.definition), options.collection, recipe);
    const folder = await inputs.folder.path();
    // Links that leave the folder lead to bytes that are no input of the task.
    const hashed = await hashDirectory(folder, createFolderReader({ roots: [folder] }));
    const { category, name, version } = recipe;
    const found: HashedPackage['hash'] = hashed.ok ? { ok: true, salt: saltOf(recipe, hashed.hash) } : { ok: false, problem: hashed.problem.message.replaceAll(folder, '.') };
    if (!found.ok) log.warn(`${category}/${name}@${version} and what is built on it have no tags of luet: ${found.problem}`);
    const file = join(scratch, 'hash.json');
    await writeFile(file, writeHashedPackage({ record: createRecord({ ...definition, requires: recipe.requires }), hash: found }));
    return { hash: await emit.hash(file, { category, name, version }) };
  },
});

async function findDefinition(text: string, isCollection: boolean, { category, name, version }: Identity): Promise<PackageDefinition> {
  // A collection without a recipe is no package tree; which recipe it is does not matter here.
  const files = isCollection ? [['collection.yaml', text], ['build.yaml', '']] as const : [['definition.yaml', text]] as const;
  const { packages, problems } = await loadTree({ roots: ['package'], reader: memoryReader(new Map(files)) });
  const found = packages.find(({ definition }) => definition.category === category && definition.name === name && definition.version === version);
  if (found !== undefined) return found.definition;
  throw new CosError({
    code: 'COS_TEMPLATE_RECIPE',
    severity: 'error',
    message: `The input "definition" does not hold the package ${category}/${name}@${version}.`,
    notes: problems.filter(isError).map(({ message }) => ({ message })),
    hint: 'The files changed after the plan was made: run again.',
  });
}
