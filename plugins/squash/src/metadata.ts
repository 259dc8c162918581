import { archiveFileName, createRecord, writeMetadata, type ArchiveMetadata, type CompressionType, type PackageDefinition, type PackageReference } from '@cos/luet';
import type { Recipe } from './recipe.ts';

export interface MetadataRequest {
  readonly recipe: Recipe;
  /** Undefined: the package says nothing about itself but its name. */
  readonly definition: PackageDefinition | undefined;
  readonly sha256: string;
  readonly files: readonly string[];
  readonly compression: CompressionType;
  /** Seconds since 1970. */
  readonly epoch: number;
}

/**
 * The text of a package's metadata file in luet's form. What a build machine would bring in is left out, so that it follows from the package alone: the path is
 * the archive's file name, of which readers use nothing else anyway, and the timestamp is one of the content.
 */
export function describePackage({ recipe, definition, sha256, files, compression, epoch }: MetadataRequest): string {
  const runtime = createRecord(definition ?? recipe);
  return writeMetadata({
    path: archiveFileName(recipe, compression),
    sha256,
    compression,
    files: runtime.hidden ? [] : files,
    spec: {
      image: recipe.image,
      // Of a package that is built on others it is an image that only the container engine has.
      seed: recipe.seed === '' ? recipe.image : recipe.seed,
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
    package: { ...runtime, requires: recipe.requires, buildTimestamp: timestampOf(sha256, epoch) },
    runtime: definition === undefined ? createRecord({ category: recipe.category, name: recipe.name, version: recipe.version }) : runtime,
    buildValues: {},
    pushImageRepository: '',
    pullImageRepositories: [],
    chain: [],
  });
}

export interface SubpackageMetadataRequest extends Pick<MetadataRequest, 'sha256' | 'compression' | 'epoch'> {
  /** Of the package that it is cut out of. */
  readonly main: ArchiveMetadata;
  readonly subpackage: {
    readonly category: string;
    readonly name: string;
    readonly version: string;
    readonly requires: readonly PackageReference[];
    readonly conflicts: readonly PackageReference[];
    readonly provides: readonly PackageReference[];
    readonly hidden: boolean;
    readonly description: string;
    readonly license: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** The same of a sub-package: how it is built is what its package says, and clients know no list of its files, as with luet. */
export function describeSubpackage({ main, subpackage, sha256, compression, epoch }: SubpackageMetadataRequest): string {
  const record = createRecord({ ...subpackage, labels: new Map(Object.entries(subpackage.labels)), annotations: new Map(Object.entries(subpackage.annotations)), buildTimestamp: timestampOf(sha256, epoch) });
  return writeMetadata({ ...main, path: archiveFileName(subpackage, compression), sha256, compression, files: [], package: record, runtime: record });
}

/** Free text for clients, which take a package of the same version anew where it differs (`luet upgrade --sync`): it does exactly when the archive does. */
function timestampOf(sha256: string, epoch: number): string {
  return `${new Date(epoch * 1000).toISOString()} sha256:${sha256.slice(0, 16)}`;
}
