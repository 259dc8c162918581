import { ArchiveError, extractPackage, listPaths, writeTar, type PackageStrategy } from '@cos/archive';
import { fail, failureOf } from './errors.ts';
import { contentOf, type Recipe } from './recipe.ts';

/** An image as this plugin sees it: something that can be read as often as wanted. */
export interface ReadableImage {
  read(): AsyncIterable<Uint8Array>;
}

export interface ExtractRequest {
  readonly recipe: Recipe;
  readonly builder: ReadableImage | undefined;
  readonly image: ReadableImage | undefined;
  readonly scratch: string;
  /** All times in the archive. */
  readonly epoch: number;
}

/**
 * The canonical, uncompressed archive of a package. Nothing is left out but what the recipe says. Every time is the epoch: an image's digest does not cover
 * times, so they must not show in what is made of it. An empty package is the 1024 zero bytes of an empty archive.
 */
export async function* extractContent(request: ExtractRequest): AsyncGenerator<Uint8Array, void, undefined> {
  const { recipe, scratch, epoch } = request;
  const content = contentOf(recipe);
  if (content === 'empty') {
    yield* writeTar([]);
    return;
  }
  const image = request.image ?? missing(recipe, 'image');
  try {
    const strategy = await strategyOf(request, content);
    yield* extractPackage(() => image.read(), { strategy, includes: recipe.includes, excludes: recipe.excludes, scratch, epoch, times: 'set' });
  } catch (error) {
    throw error instanceof ArchiveError ? explain(error, recipe) : error;
  }
}

async function strategyOf({ recipe, builder }: ExtractRequest, content: 'delta' | 'unpack' | 'package-dir'): Promise<PackageStrategy> {
  switch (content) {
    case 'delta':
      return { kind: 'delta', base: await listPaths((builder ?? missing(recipe, 'builder')).read()) };
    case 'unpack':
      return { kind: 'unpack' };
    case 'package-dir':
      return { kind: 'package_dir', directory: recipe.packageDir };
    default: {
      const never: never = content;
      return never;
    }
  }
}

function missing(recipe: Recipe, input: 'builder' | 'image'): never {
  return fail('COS_SQUASH_IMAGES', `The package ${nameOf(recipe)} is taken from images, but there is no input "${input}".`);
}

function explain(error: ArchiveError, recipe: Recipe): Error {
  const detail = `${error.message}.`;
  if (error.code === 'invalid-pattern') return failureOf('COS_SQUASH_PATTERN', `The package ${nameOf(recipe)} cannot be cut out of its image. ${detail}`, { cause: error });
  if (error.code === 'missing-directory' || error.code === 'invalid-option') {
    return failureOf('COS_SQUASH_PACKAGE_DIR', `The package ${nameOf(recipe)} cannot be cut out of its image. ${detail}`, { cause: error });
  }
  return failureOf('COS_SQUASH_IMAGE_FORM', `The image of the package ${nameOf(recipe)} cannot be read. ${detail}`, { cause: error });
}

function nameOf({ category, name, version }: Recipe): string {
  return `${category}/${name}-${version}`;
}
