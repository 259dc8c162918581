import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CosError, createDefineStage, fileTree, many, noOptions, one, optional } from '@cos/core';
import { packageRecipe } from '@cos/core/artifacts';
import { createGoTemplateRender, isError, loadTree, renderTree, valuesFromJson } from '@cos/luet';
import * as z from 'zod/mini';
import { memoryReader, textOf } from '../package-files.ts';
import { writeRecipe } from '../recipe.ts';
import { valuesSchema } from '../values.ts';

/**
 * Renders the recipe of one package. The planner has rendered it already, to know what there is to build; this task makes the bytes that a build reads,
 * from files that are its declared inputs, so that an edit without effect on the rendered recipe stops here.
 */
export const render = createDefineStage(noOptions)({
  description: 'render the recipe of a package',
  version: 3,
  cache: 'content',
  inputs: {
    /** definition.yaml or collection.yaml. */
    definition: one(fileTree),
    /** build.yaml; a package without one has an empty recipe. */
    recipe: optional(fileTree),
    /** Files of the folders called `templates`: they stand before every recipe, in this order. */
    shared: many(fileTree),
  },
  outputs: { recipe: packageRecipe },
  options: z.object({
    category: z.string(),
    name: z.string(),
    version: z.string(),
    collection: z.boolean(),
    values: valuesSchema,
    valuesMerge: z._default(z.enum(['presence', 'luet']), 'presence'),
    engine: z._default(z.enum(['luet', 'helm']), 'luet'),
    /** Variables of the environment that the recipe may look at, with their values: options, so that they are part of the fingerprint. */
    env: z._default(z.record(z.string(), z.string()), {}),
  }),
  async run({ inputs, options, emit, scratch }) {
    const files = new Map([[options.collection ? 'collection.yaml' : 'definition.yaml', await textOf(inputs.definition)]]);
    if (inputs.recipe !== undefined) files.set('build.yaml', await textOf(inputs.recipe));
    const shared = await Promise.all(inputs.shared.map(async (file, index) => ({ file: `templates/${index}.yaml`, text: await textOf(file) })));
    const tree = { ...(await loadTree({ roots: ['package'], reader: memoryReader(files) })), templates: shared };
    const engine = createGoTemplateRender({ engine: options.engine, env: options.env });
    const rendered = renderTree({ tree, values: [valuesFromJson(options.values)], merge: options.valuesMerge, render: engine });
    const wanted = rendered.find(({ package: { definition } }) => definition.category === options.category && definition.name === options.name && definition.version === options.version);
    const problems = [...tree.problems, ...(wanted?.problems ?? [])].filter(isError);
    if (wanted === undefined || problems.length > 0) {
      throw new CosError({
        code: 'COS_TEMPLATE_RECIPE',
        severity: 'error',
        message: `The recipe of ${options.category}/${options.name}@${options.version} cannot be rendered.`,
        notes: problems.map(({ message }) => ({ message })),
        hint: 'The files changed after the plan was made: run again.',
      });
    }
    const file = join(scratch, 'recipe.json');
    await writeFile(file, writeRecipe(options, wanted.spec));
    return { recipe: await emit.recipe(file, { category: options.category, name: options.name, version: options.version }) };
  },
});
