import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileTree, many, one, type Artifact } from '@cos/core';
import { containerImage, packageRecipe, type ContainerImage } from '@cos/core/artifacts';
import { formatBuilderDockerfile, formatPackageDockerfile, imageId, type Dockerfile } from '@cos/luet';
import * as z from 'zod/mini';
import { packBuildContext } from '../build-context.ts';
import { buildImage } from '../engine/build-image.ts';
import { useEngine } from '../engine/container-engine.ts';
import { referenceOf, type ImageName } from '../engine/images.ts';
import { withRunName } from '../engine/run-name.ts';
import { fail } from '../errors.ts';
import { nameInEngine } from '../name-in-engine.ts';
import { backendOptionsOf, defineStage, proxiesOf } from '../options.ts';
import { builderFor, readSecrets } from '../package-mounts.ts';
import { packageSteps } from '../package-steps.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import { runTag } from '../run-tag.ts';

/**
 * The two images of a package: the builder image (base, context, prelude) and the package image (builder image, steps). What the steps add is the
 * package. Without steps both are one.
 */
export const image = defineStage({
  description: 'build the images of a package in the container engine',
  version: 2,
  cache: 'content',
  platform: true,
  inputs: {
    recipe: one(packageRecipe),
    /** The folder of the package. */
    context: one(fileTree),
    base: one(containerImage),
    /** One image for each item of the recipe's `copy`, in its order. */
    copies: many(containerImage),
  },
  outputs: { builder: containerImage, image: containerImage },
  options: z.object({
    /** Ids of the secrets that the steps mount, as the planner `stepMounts` tells them: one without a value is told before anything runs. Default: none. */
    secrets: z.optional(z.array(z.string())),
  }),
  resource: { class: 'container-build' },
  secrets: ({ options: { secrets = [] }, plugin }) => secrets.flatMap((id) => plugin.secrets[id] ?? []),
  async run({ inputs, plugin, emit, env, log, secretFile, signal, forced, runId, sourceDateEpoch }) {
    const recipe = parseRecipe(await readFile(await inputs.recipe.path(), 'utf8'));
    const engine = await useEngine({ plugin, env });
    const base = await nameInEngine(inputs.base, engine, { signal });
    const copies = await Promise.all(recipe.copy.map(async (_, index) => nameInEngine(copyOf(recipe, index, inputs.copies), engine, { signal })));
    const builder = formatBuilderDockerfile({ package: recipe, spec: recipe, from: base, copies });
    const builderName = { repository: plugin.repository, tag: builderTag(builder, recipe, copies, inputs.context) };
    const dockerfiles = { builder, package: formatPackageDockerfile({ package: recipe, spec: recipe, from: referenceOf(builderName), copies }) };
    const folder = await inputs.context.path();
    const build = async (which: keyof typeof dockerfiles, name: ImageName): Promise<string> =>
      buildImage(engine.client, {
        subject: `${recipe.category}/${recipe.name}-${recipe.version}`,
        steps: packageSteps(dockerfiles[which]),
        dockerfileName: fileNames(recipe)[which],
        context: packBuildContext({
          folder,
          files: [
            { name: fileNames(recipe).builder, text: dockerfiles.builder.text },
            { name: fileNames(recipe).package, text: dockerfiles.package.text },
          ],
          dockerfile: fileNames(recipe)[which],
          time: sourceDateEpoch,
        }),
        tag: referenceOf(name),
        network: plugin.network,
        backend: backendOptionsOf(plugin),
        builder: builderFor(plugin, recipe),
        secrets: await readSecrets(recipe[which === 'builder' ? 'prelude' : 'steps'], { plugin, secretFile }),
        layerCache: !forced,
        buildArgs: { ...plugin.buildArgs, ...proxiesOf(env) },
        onLine: (line) => log.info(line),
        signal,
      });
    const builderImage = await build('builder', builderName);
    const packageName = { repository: plugin.repository, tag: runTag('package', runId) };
    return withRunName(engine.client, packageName, async () => {
      const packageImage = recipe.steps.length === 0 ? builderImage : await build('package', packageName);
      // The upper image first: its layers hold those of the builder image, so that the engine is asked for layers once.
      const output = await emit.image(packageImage, { reference: engine.store.referenceOf(await engine.store.digestOf(packageImage, signal)) });
      return {
        image: output,
        builder: await emit.builder(builderImage, { reference: engine.store.referenceOf(await engine.store.digestOf(builderImage, signal)) }),
      };
    });
  },
});

/** Names of the Dockerfiles inside the context, as luet calls them. */
function fileNames(recipe: Recipe): { readonly builder: string; readonly package: string } {
  return { builder: `${imageId(recipe)}-builder.dockerfile`, package: `${imageId(recipe)}.dockerfile` };
}

function copyOf(recipe: Recipe, position: number, copies: readonly Artifact<ContainerImage>[]): Artifact<ContainerImage> {
  const index = recipe.copy[position]?.index ?? position;
  return copies[index] ?? fail('COS_DOCKER_COPY_UNKNOWN', `copy[${position}] of ${recipe.category}/${recipe.name} asks for image ${index} of the input "copies", which has ${copies.length}.`);
}

/**
 * Name of the builder image. Both Dockerfiles are part of both images' content, so it must be known before anything is built and follow from what is
 * built: it stands for the builder image's own inputs and the commands of the package image.
 */
function builderTag(builder: Dockerfile, recipe: Recipe, copies: readonly string[], context: Artifact): string {
  const inputs = JSON.stringify([1, builder.text, recipe.steps, copies, context.digest]);
  return `builder-${createHash('sha256').update(inputs).digest('hex').slice(0, 32)}`;
}
