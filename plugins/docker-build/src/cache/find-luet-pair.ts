import { RegistryError } from '@cos/registry';
import type { Recipe } from '../recipe.ts';
import { findImage, startsWith, type FindOptions, type RemoteImage, type RemotePair } from './find-pair.ts';
import type { BuildOptions } from './image-key.ts';
import { listCommands, normalCommand } from './image-history.ts';

// Images that luet has pushed. Its tags say less than they seem to: nothing of what lies behind copies from packages, assembled bases, mutable tags of base
// images, modes and links of files, nor of the platform. So a tag only tells where to look, and what is found must prove itself.

/** A pair that is there and does not fit, which is nobody's fault. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}

export interface LuetRequest {
  readonly packages: readonly string[];
  readonly builders: readonly string[];
  /** Layers of the image that the package is built on here. */
  readonly base: readonly string[];
  readonly recipe: Recipe;
}

/**
 * Whether luet's tags can stand for a recipe at all. Its folder is compared with what the image has, and its base with the layers; what remains is in the
 * tag, unless it comes from elsewhere.
 */
export function canBeLuets({ copy, retrieve, requiresFinalImages }: Recipe, { network, buildArgs, backendArgs }: BuildOptions): boolean {
  // luet's steps have a network: with "none" nothing shall depend on what a server had.
  if (network === 'none' || Object.keys(buildArgs).length + backendArgs.length > 0) return false;
  return !requiresFinalImages && retrieve.length === 0 && copy.every(({ image }) => image !== undefined && /@sha256:[0-9a-f]{64}$/.test(image));
}

/** The pair of luet's tags; undefined when the repository has none. Throws {@link Misfit}, Distrust and RegistryError. */
export async function findLuetPair(options: FindOptions, { packages, builders, base, recipe }: LuetRequest): Promise<RemotePair | undefined> {
  const found = await findFirst(options, packages);
  if (found === undefined) return undefined;
  const { image, tag } = found;
  checkImage(image, { base, recipe, commands: recipe.steps });
  for (const each of builders) {
    const builder = await findTagged(options, each);
    if (builder === undefined || builder.config.diffIds.length <= base.length || !startsWith(image.config.diffIds, builder.config.diffIds)) continue;
    checkImage(builder, { base, recipe, commands: recipe.prelude });
    return { repository: options.repository, tag, image, builder, content: undefined };
  }
  throw new Misfit('its builder image is not there');
}

async function findFirst(options: FindOptions, tags: readonly string[]): Promise<{ readonly image: RemoteImage; readonly tag: string } | undefined> {
  for (const tag of tags) {
    const image = await findTagged(options, tag);
    if (image !== undefined) return { image, tag };
  }
  return undefined;
}

async function findTagged(options: FindOptions, tag: string): Promise<RemoteImage | undefined> {
  try {
    return (await findImage(options, `:${tag}`))?.image;
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'no-platform') throw new Misfit(`it is not for ${options.platform}`);
    throw error;
  }
}

function checkImage({ config, configText }: RemoteImage, { base, recipe, commands }: { readonly base: readonly string[]; readonly recipe: Recipe; readonly commands: readonly string[] }): void {
  if (config.diffIds.length <= base.length || !startsWith(config.diffIds, base)) throw new Misfit('it is built on another base image');
  const env = [`PACKAGE_NAME=${recipe.name}`, `PACKAGE_VERSION=${recipe.version}`, `PACKAGE_CATEGORY=${recipe.category}`];
  if (!env.every((entry) => config.env.includes(entry))) throw new Misfit('it is the image of another package');
  const made = listCommands(configText);
  const expected = commands.map(normalCommand);
  if (expected.some((command, index) => made[made.length - expected.length + index] !== command)) throw new Misfit('other commands made it');
}
