import { archiveFileName, createRecord, writeMetadata, type CompressionType, type PackageDefinition } from '@cos/luet';
import type { Recipe } from './recipe.ts';

export interface MetadataRequest {
  readonly recipe: Recipe;
  /** Undefined: the package says nothing about itself but its name. */
  readonly definition: PackageDefinition | undefined;
  readonly sha256: string;
  readonly files: readonly string[];
  readonly compression: CompressionType;
}

/**
 * The text of a package's metadata file in luet's form. What a build machine would bring in (time, folders) is left empty, so that it follows from the
 * package alone; the path is the archive's file name, of which readers use nothing else anyway.
 */
export function describePackage({ recipe, definition, sha256, files, compression }: MetadataRequest): string {
  const runtime = createRecord(definition ?? recipe);
  return writeMetadata({
    path: archiveFileName(recipe, compression),
    sha256,
    compression,
    files: runtime.hidden ? [] : files,
    spec: {
      image: recipe.image,
      seed: recipe.seed,
      steps: recipe.steps,
      env: recipe.env,
      prelude: recipe.prelude,
      packageDir: recipe.packageDir,
      retrieve: recipe.retrieve,
      unpack: recipe.unpack,
      includes: recipe.includes,
      excludes: recipe.excludes,
      copy: recipe.copy.map(({ image = '', package: origin, source, destination }) => ({ image, ...(origin === undefined ? {} : { package: origin }), source, destination })),
      requiresFinalImages: recipe.requiresFinalImages,
    },
    package: { ...runtime, requires: recipe.requires },
    runtime: definition === undefined ? createRecord({ category: recipe.category, name: recipe.name, version: recipe.version }) : runtime,
    buildValues: {},
    pushImageRepository: '',
    pullImageRepositories: [],
    chain: [],
  });
}
