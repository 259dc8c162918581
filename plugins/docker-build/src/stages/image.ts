import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileTree, hint, many, one, type Artifact } from '@cos/core';
import { containerImage, packageRecipe, type ContainerImage } from '@cos/core/artifacts';
import { fingerprintName } from '@cos/luet';
import * as z from 'zod/mini';
import { useCaches } from '../cache/cache-access.ts';
import { IMAGE_VERSION } from '../cache/image-key.ts';
import { writeOrigin, type Origin } from '../cache/image-origin.ts';
import { pullImages } from '../cache/pull-images.ts';
import { buildImage } from '../engine/build-image.ts';
import { useEngine } from '../engine/container-engine.ts';
import { referenceOf, type ImageName } from '../engine/images.ts';
import { withRunName } from '../engine/run-name.ts';
import { fail } from '../errors.ts';
import { imageOrigin, imageTags } from '../kinds.ts';
import { nameInEngine } from '../name-in-engine.ts';
import { backendOptionsOf, defineStage, proxiesOf } from '../options.ts';
import { describeBuild, type Which } from '../package-build.ts';
import { builderFor, readSecrets } from '../package-mounts.ts';
import { packageSteps } from '../package-steps.ts';
import { parseRecipe, type Recipe } from '../recipe.ts';
import { runTag } from '../run-tag.ts';
import { readImageTags, tagsOfPackage } from '../tags/image-tags.ts';

/**
 * The two images of a package: the builder image (base, context, prelude) and the package image (builder image, steps). What the steps add is the
 * package. Without steps both are one.
 */
export const image = defineStage({
  description: 'build the images of a package in the container engine',
  version: IMAGE_VERSION,
  cache: 'content',
  platform: true,
  inputs: {
    recipe: one(packageRecipe),
    /** The folder of the package. */
    context: one(fileTree),
    base: one(containerImage),
    /** One image for each item of the recipe's `copy`, in its order. */
    copies: many(containerImage),
    /** Where others may have built the same already. */
    hints: hint(imageTags),
  },
  outputs: { builder: containerImage, image: containerImage, origin: imageOrigin },
  options: z.object({
    /** Ids of the secrets that the steps mount, as the planner `stepMounts` tells them: one without a value is told before anything runs. Default: none. */
    secrets: z.optional(z.array(z.string())),
  }),
  resource: { class: 'container-build' },
  secrets: ({ options: { secrets = [] }, plugin }) => secrets.flatMap((id) => plugin.secrets[id] ?? []),
  async run({ inputs, plugin, emit, env, log, platform, scratch, secretFile, signal, forced, repeated, runId, sourceDateEpoch }) {
    const recipe = parseRecipe(await readFile(await inputs.recipe.path(), 'utf8'));
    const engine = await useEngine({ plugin, env });
    const inEngine = async (artifact: Artifact<ContainerImage>) => ({ name: await nameInEngine(artifact, engine, { signal }), digest: artifact.digest });
    const base = await inEngine(inputs.base);
    const copies = await Promise.all(recipe.copy.map(async (_, index) => inEngine(copyOf(recipe, index, inputs.copies))));
    const context = { folder: await inputs.context.path(), digest: inputs.context.digest };
    const build = describeBuild({ recipe, plugin, platform, sourceDateEpoch, context, base, copies });
    const emitPair = async (pair: { readonly image: string; readonly builder: string }, made: Origin['made']) => {
      // The upper image first: its layers hold those of the builder image, so that the engine is asked for layers once.
      const output = await emit.image(pair.image, { reference: engine.store.referenceOf(await engine.store.digestOf(pair.image, signal)) });
      const builderOutput = await emit.builder(pair.builder, { reference: engine.store.referenceOf(await engine.store.digestOf(pair.builder, signal)) });
      const origin = join(scratch, 'origin.json');
      await writeFile(origin, writeOrigin({ key: build.key, made, image: output.digest, builder: builderOutput.digest }));
      return { image: output, builder: builderOutput, origin: await emit.origin(origin, {}) };
    };
    // Who wants it built again does not want what others built.
    const hints = inputs.hints === undefined || forced ? undefined : readImageTags(await readFile(await inputs.hints.path(), 'utf8'));
    if (hints !== undefined && hints.pull.length > 0) {
      const pulled = await pullImages({
        engine,
        access: useCaches({ plugin, env }),
        repositories: hints.pull,
        key: build.key,
        luet: tagsOfPackage(hints, fingerprintName(recipe)),
        recipe,
        base: base.name,
        plugin,
        platform,
        context: () => build.context('builder'),
        dockerfiles: Object.values(build.names),
        log,
        signal,
      });
      if (pulled !== undefined) {
        try {
          return await emitPair(pulled, 'pulled');
        } finally {
          await pulled.release();
        }
      }
    }
    const make = async (which: Which, name: ImageName): Promise<string> =>
      buildImage(engine.client, {
        subject: `${recipe.category}/${recipe.name}-${recipe.version}`,
        steps: packageSteps(build.dockerfiles[which]),
        dockerfileName: build.names[which],
        context: build.context(which),
        tag: referenceOf(name),
        network: plugin.network,
        backend: backendOptionsOf(plugin),
        builder: builderFor(plugin, recipe),
        secrets: await readSecrets(recipe[which === 'builder' ? 'prelude' : 'steps'], { plugin, secretFile }),
        layerCache: !forced,
        ...(repeated ? { mountCaches: runId } : {}),
        buildArgs: { ...plugin.buildArgs, ...proxiesOf(env) },
        onLine: (line) => log.info(line),
        signal,
      });
    const builderImage = await make('builder', build.builderName);
    const packageName = { repository: plugin.repository, tag: runTag('package', runId) };
    return withRunName(engine.client, packageName, async () => {
      const packageImage = recipe.steps.length === 0 ? builderImage : await make('package', packageName);
      return emitPair({ image: packageImage, builder: builderImage }, 'built');
    });
  },
});

function copyOf(recipe: Recipe, position: number, copies: readonly Artifact<ContainerImage>[]): Artifact<ContainerImage> {
  const index = recipe.copy[position]?.index ?? position;
  return copies[index] ?? fail('COS_DOCKER_COPY_UNKNOWN', `copy[${position}] of ${recipe.category}/${recipe.name} asks for image ${index} of the input "copies", which has ${copies.length}.`);
}
