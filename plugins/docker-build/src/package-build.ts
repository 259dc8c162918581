import { createHash } from 'node:crypto';
import type { Digest } from '@cos/core';
import { formatBuilderDockerfile, formatPackageDockerfile, imageId, type Dockerfile } from '@cos/luet';
import { packBuildContext } from './build-context.ts';
import { imageKey } from './cache/image-key.ts';
import { referenceOf, type ImageName } from './engine/images.ts';
import type { PluginOptions } from './options.ts';
import type { Recipe } from './recipe.ts';

/** What is built for one package, before anything is. */
export interface PackageBuild {
  readonly dockerfiles: Readonly<Record<Which, Dockerfile>>;
  /** Names of the Dockerfiles inside the context, as luet calls them. */
  readonly names: Readonly<Record<Which, string>>;
  /** Name of the builder image in the engine: the package image is built from it. */
  readonly builderName: ImageName;
  /** Key under which machines share the images. */
  readonly key: string;
  /** The build context, as it is sent for one of the two. */
  context(which: Which): AsyncIterable<Uint8Array>;
}

export type Which = 'builder' | 'package';

export interface PackageBuildRequest {
  readonly recipe: Recipe;
  readonly plugin: PluginOptions;
  readonly platform: string;
  readonly sourceDateEpoch: number;
  /** The folder of the package. */
  readonly context: { readonly folder: string; readonly digest: Digest };
  /** `name`: what the engine calls it. */
  readonly base: EngineImage;
  /** One for each item of the recipe's `copy`. */
  readonly copies: readonly EngineImage[];
}

interface EngineImage {
  readonly name: string;
  readonly digest: Digest;
}

export function describeBuild({ recipe, plugin, platform, sourceDateEpoch, context, base, copies }: PackageBuildRequest): PackageBuild {
  const copyNames = copies.map(({ name }) => name);
  const builder = formatBuilderDockerfile({ package: recipe, spec: recipe, from: base.name, copies: copyNames });
  const builderName = { repository: plugin.repository, tag: builderTag(builder, recipe, copyNames, context.digest) };
  const dockerfiles = { builder, package: formatPackageDockerfile({ package: recipe, spec: recipe, from: referenceOf(builderName), copies: copyNames }) };
  const names = { builder: `${imageId(recipe)}-builder.dockerfile`, package: `${imageId(recipe)}.dockerfile` };
  const files = [
    { name: names.builder, text: dockerfiles.builder.text },
    { name: names.package, text: dockerfiles.package.text },
  ];
  const key = imageKey({ platform, sourceDateEpoch, plugin, dockerfiles: files, context: context.digest, base: base.digest, copies: copies.map(({ digest }) => digest) });
  return { dockerfiles, names, builderName, key, context: (which) => packBuildContext({ folder: context.folder, files, dockerfile: names[which], time: sourceDateEpoch }) };
}

/**
 * Both Dockerfiles are part of both images' content, so it must be known before anything is built and follow from what is built: it stands for the builder
 * image's own inputs and the commands of the package image.
 */
function builderTag(builder: Dockerfile, recipe: Recipe, copies: readonly string[], context: Digest): string {
  const inputs = JSON.stringify([1, builder.text, recipe.steps, copies, context]);
  return `builder-${createHash('sha256').update(inputs).digest('hex').slice(0, 32)}`;
}
