// What is known about one package archive, and the two texts that carry it: `<name>.metadata.yaml` beside the archive, and an
// entry of the repository's index. Same facts, different keys.

import type { PackageReference } from '../package/reference.ts';
import { compareCodeUnits } from '../order.ts';
import { writeYaml } from '../yaml.ts';
import type { CompressionType } from './names.ts';
import { createRecord, toIndexRecord, toMetadataRecord } from './record.ts';
import type { PackageRecord } from './record.ts';

export interface ArchiveMetadata {
  /** File name of the archive, without folders. */
  readonly path: string;
  /** Hexadecimal, of the compressed file. */
  readonly sha256: string;
  readonly compression: CompressionType;
  /** Everything in the archive but folders, in its order, without a leading slash. Empty for hidden and virtual packages. */
  readonly files: readonly string[];
  readonly spec: RecordedSpec;
  /** The package with its requirements for building. */
  readonly package: PackageRecord;
  /** The package with its requirements at run time. */
  readonly runtime: PackageRecord;
  /** The values that rendered the recipe; with them another machine derives the same tags. */
  readonly buildValues: Readonly<Record<string, unknown>>;
  /** Where its images are pushed to; '' = nowhere. */
  readonly pushImageRepository: string;
  readonly pullImageRepositories: readonly string[];
  /** The chain with its tags. */
  readonly chain: readonly RecordedElement[];
  /**
   * Digest of the image with the package's content, where the repository is one of images: `sha256:…`. In the index alone, under a key that luet does not
   * know and leaves alone: tags can be moved, a digest binds the index to the content.
   */
  readonly image?: string;
}

export interface RecordedSpec {
  /** The image that the recipe declares, or the assembled one; '' = none. */
  readonly image: string;
  /** What the builder image is really built from. */
  readonly seed: string;
  readonly steps: readonly string[];
  readonly env: readonly string[];
  readonly prelude: readonly string[];
  readonly packageDir: string;
  readonly retrieve: readonly string[];
  readonly unpack: boolean;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly copy: readonly RecordedCopy[];
  readonly requiresFinalImages: boolean;
}

export interface RecordedCopy {
  readonly image: string;
  readonly package?: PackageReference;
  readonly source: string;
  readonly destination: string;
}

export interface RecordedElement {
  readonly package: PackageRecord;
  readonly buildHash: string;
  readonly packageHash: string;
}

/** The text of `<name>-<category>-<version>.metadata.yaml`. */
export function writeMetadata(one: ArchiveMetadata): string {
  return writeYaml({
    path: one.path,
    dependencies: [],
    compilespec: {
      steps: one.spec.steps,
      env: one.spec.env,
      prelude: one.spec.prelude,
      image: one.spec.image,
      seed: one.spec.seed,
      package: toMetadataRecord(one.package),
      sourceassertion: one.chain.map((element) => ({
        package: toMetadataRecord(element.package),
        value: true,
        hash: { buildhash: element.buildHash, packagehash: element.packageHash },
      })),
      package_dir: one.spec.packageDir,
      retrieve: one.spec.retrieve,
      outputpath: '',
      unpack: one.spec.unpack,
      includes: one.spec.includes,
      excludes: one.spec.excludes,
      buildoptions: buildOptions(one),
      copy: one.spec.copy.map(toCopy),
      requires_final_images: one.spec.requiresFinalImages,
    },
    checksums: { sha256: one.sha256 },
    sourceassertion: [],
    compressiontype: one.compression,
    files: one.files,
    packagecacheimage: '',
    runtime: toMetadataRecord(one.runtime),
  });
}

/** The text of `repository.meta.yaml`. Entries are sorted by `path`. */
export function writeIndex(archives: readonly ArchiveMetadata[]): string {
  const sorted = archives.toSorted((a, b) => compareCodeUnits(a.path, b.path));
  return writeYaml({ index: sorted.map(toIndexEntry) });
}

function toIndexEntry(one: ArchiveMetadata): Record<string, unknown> {
  return {
    checksums: { sha256: one.sha256 },
    compilationspec: {
      build_options: indexBuildOptions(one),
      copy: one.spec.copy.map(toCopy),
      env: one.spec.env,
      excludes: one.spec.excludes,
      image: one.spec.image,
      includes: one.spec.includes,
      package: toIndexRecord(one.package),
      package_dir: one.spec.packageDir,
      prelude: one.spec.prelude,
      requires_final_images: one.spec.requiresFinalImages,
      retrieve: one.spec.retrieve,
      seed: one.spec.seed,
      steps: one.spec.steps,
      unpack: one.spec.unpack,
    },
    compressiontype: one.compression,
    dependencies: [],
    files: one.files,
    ...(one.image === undefined ? {} : { image_digest: one.image }),
    package_cacheimage: '',
    path: one.path,
    runtime: toIndexRecord(one.runtime),
  };
}

function toCopy(copy: RecordedCopy): Record<string, unknown> {
  const origin = copy.package === undefined ? null : toIndexRecord(createRecord(copy.package));
  return { package: origin, image: copy.image, source: copy.source, destination: copy.destination };
}

function buildOptions(one: ArchiveMetadata): Record<string, unknown> {
  return {
    pushimagerepository: one.pushImageRepository,
    pullimagerepository: one.pullImageRepositories,
    pullfirst: false, keepimg: false, push: false, concurrency: 0, compressiontype: '', wait: false, onlydeps: false, nodeps: false,
    solveroptions: {}, buildvaluesfile: [],
    buildvalues: [one.buildValues],
    packagetargetonly: false, rebuild: false, backendargs: [], backendtype: '', templatesfolder: [], pushfinalimages: false,
    pushfinalimagesforce: false, generatefinalimages: false, pushfinalimagesrepository: '', runtimedatabase: null, context: null,
  };
}

function indexBuildOptions(one: ArchiveMetadata): Record<string, unknown> {
  return {
    BackendArgs: [], BackendType: '',
    BuildValues: [one.buildValues],
    BuildValuesFile: [], CompressionType: '', Concurrency: 0, Context: null, GenerateFinalImages: false, KeepImg: false, NoDeps: false,
    OnlyDeps: false, PackageTargetOnly: false, PullFirst: false,
    PullImageRepository: one.pullImageRepositories,
    Push: false, PushFinalImages: false, PushFinalImagesForce: false, PushFinalImagesRepository: '',
    PushImageRepository: one.pushImageRepository,
    Rebuild: false, RuntimeDatabase: null,
    SolverOptions: { Concurrency: 0, Discount: 0, Implementation: 0, LearnRate: 0, MaxAttempts: 0, Type: '' },
    TemplatesFolder: [], Wait: false,
  };
}
