import { CosError, type ArtifactRef, type FileTree, type Origin, type RunMode } from '@cos/core';
import type { ContainerImage, PackageArchive, PackageHash, PackageManifest, PackageMetadata, PackageRecipe } from '@cos/core/artifacts';
import type { DeclaredEntry, FilesEntry, PackageEntry, ResolvedTree } from '@cos/plugin-resolve';
import type { TargetCode } from '../codes.ts';
import { baseImage } from './base-image.ts';
import { templateValues, type StandardContext, type TreeDialect } from './context.ts';
import { json } from './json.ts';
import { findMountedSecrets } from './mounted-secrets.ts';
import { chainCall } from './package-chain.ts';
import { findRetrieved } from './retrieved-archives.ts';
import { upstreamRepositories } from './upstream.ts';
import { shareImages, startSharing, type BuiltImages, type JoinedImage, type Sharing } from './shared-images.ts';

// From package trees to tasks: a recipe, an image and an archive per package.

/** An archive, and what is said of it. */
export interface BuiltArchive {
  /** `name-category-version`, as files are named. */
  readonly fingerprintName: string;
  readonly archive: ArtifactRef<PackageArchive>;
  readonly metadata: ArtifactRef<PackageMetadata>;
  readonly manifest: ArtifactRef<PackageManifest>;
}

export interface BuiltPackage extends BuiltArchive {
  readonly entry: PackageEntry;
  /** Packages that are cut out of its archive. */
  readonly subpackages: readonly BuiltArchive[];
}

/** All archives that packages come to, those of their sub-packages behind their own. */
export function archivesOf(built: readonly BuiltPackage[]): readonly BuiltArchive[] {
  return built.flatMap((one) => [one, ...one.subpackages]);
}

export interface PackagesRequest {
  /** Package strings (`app/x`, `app/x@>=1.0`), every package of the trees, or of those the ones that no other one is built with. */
  readonly packages: readonly string[] | 'all' | 'tops';
  /**
   * The derivative's name for people, seen by templates as `derivative.title`. Undefined: templates see the plain values, which say nothing of the
   * derivative and of base images.
   */
  readonly title: string | undefined;
  /** True: also the packages of the trees that are built with them. Default: false. */
  readonly dependents?: boolean;
  /**
   * Whose archives are made: of what was asked for and what another package is made of (`targets`), or also of what is built on the way and is not of a
   * reference tree (`own`). Default: `targets`.
   */
  readonly archives?: 'targets' | 'own';
  /** `below`: what was asked for is not built, but everything that it is built on. Default: `all`. */
  readonly part?: 'all' | 'below';
  /** True: what was asked for is built though its results are known. Default: false. */
  readonly rebuild?: boolean;
  /** True: packages below must be there already. Default: false. */
  readonly onlyOwn?: boolean;
  /** Packages of which the archives are wanted with those of all that they need at run time. Default: none. */
  readonly install?: readonly string[] | 'all';
  readonly dialect?: TreeDialect;
  /** Where images are looked for and pushed to; tasks of it are added there. Default: as the options of the plugin say, and they are among `images`. */
  readonly sharing?: Sharing | undefined;
}

export interface BuiltPackages {
  /** What was asked for, everything needed first. */
  readonly wanted: readonly BuiltPackage[];
  /** What `install` asked for with everything that it needs at run time, in the order of unpacking. */
  readonly installed: readonly BuiltPackage[];
  /** Every package with an archive. */
  readonly all: readonly BuiltPackage[];
  /** What a package consists of: those whose archives its image starts from, and itself. */
  readonly partsOf: (one: BuiltPackage) => readonly BuiltPackage[];
  /** Made and not published: what packages stand on that are not built themselves, and tasks of a sharing that was not given. */
  readonly images: readonly ArtifactRef[];
}

/** What a package is made from, whether files say it or the config. */
interface Parts {
  readonly recipe: ArtifactRef<PackageRecipe>;
  readonly definition: ArtifactRef<FileTree>;
  readonly context: () => ArtifactRef<FileTree>;
  /** The folder that luet would read. */
  readonly folder: () => ArtifactRef<FileTree>;
}

/** Plans the packages of the derivative's trees. Archives are made of those that were asked for and of those whose archives another package is made of. */
export async function buildPackages(context: StandardContext, request: PackagesRequest): Promise<BuiltPackages> {
  const { use, source, derivative } = context;
  const { archives = 'targets', part = 'all', install = [], dialect = {} } = request;
  if (derivative.trees.length + derivative.repositories.length + context.packages.length === 0) throw noTrees(context, request);
  const values = templateValues(context, request.title);
  const { valuesMerge, engine } = dialect;
  const rendering = { values: json(values), ...(valuesMerge === undefined ? {} : { valuesMerge }), ...(engine === undefined ? {} : { engine }) };
  const tree = await use.resolve.packages({
    ...dialect,
    packages: [...context.packages],
    trees: [...derivative.trees],
    referenceTrees: [...derivative.referenceTrees],
    repositories: upstreamRepositories(context),
    targets: typeof request.packages === 'string' ? request.packages : [...request.packages],
    dependents: request.dependents === true,
    archives,
    install: install === 'all' ? install : [...install],
    values: json(values),
  });
  const entries = new Map(tree.packages.map((entry) => [entry.fingerprintName, entry]));
  const parts = new Map<string, Parts>();
  const images = new Map<string, { readonly name: string; readonly made: BuiltImages }>();
  const joins = new Map<string, { readonly name: string; readonly made: JoinedImage }>();
  const hashes = new Map<string, ArtifactRef<PackageHash>>();
  const built = new Map<string, BuiltPackage>();

  /** What recipes of upstream saw when they were published, so that their tags are the same here. */
  const valuesOf = (entry: PackageEntry): ReturnType<typeof json> => json((entry.declared === undefined ? entry.upstream?.values : undefined) ?? values);
  const entryOf = (fingerprintName: string): PackageEntry => known(entries.get(fingerprintName), fingerprintName);
  const partsOf = (entry: PackageEntry): Parts => {
    const present = parts.get(entry.id);
    if (present !== undefined) return present;
    const made = entry.declared === undefined ? partsOfFiles(entry) : partsOfDeclared(entry);
    parts.set(entry.id, made);
    return made;
  };
  const partsOfFiles = (entry: FilesEntry): Parts => ({
    definition: source(entry.definition),
    recipe: use.template.render({
      name: entry.id,
      inputs: { definition: source(entry.definition), recipe: entry.recipe === undefined ? undefined : source(entry.recipe), shared: entry.shared.map((file) => source(file)) },
      options: { category: entry.category, name: entry.name, version: entry.version, collection: entry.definition.endsWith('/collection.yaml'), ...rendering, values: valuesOf(entry), env: { ...entry.env } },
    }).recipe,
    context: () =>
      entry.templates.length === 0
        ? source(entry.folder)
        : use.template.files({ name: entry.id, inputs: { folder: source(entry.folder) }, options: { package: entry.id, files: [...entry.templates], values: valuesOf(entry) } }).context,
    folder: () => source(entry.folder),
  });
  const partsOfDeclared = (entry: DeclaredEntry): Parts => {
    const { definition, recipe, context: files } = use.template.declared({ name: entry.id, inputs: {}, options: { package: json(entry.declared) } });
    const given = entry.folder === undefined ? undefined : source(entry.folder);
    return { definition, recipe, context: () => given ?? files, folder: () => use.template.declaredFolder({ name: entry.id, inputs: { context: given }, options: { package: json(entry.declared) } }).folder };
  };

  const hashOf = (fingerprintName: string): ArtifactRef<PackageHash> => {
    const present = hashes.get(fingerprintName);
    if (present !== undefined) return present;
    const entry = entryOf(fingerprintName);
    const { recipe, definition, folder } = partsOf(entry);
    const isCollection = entry.declared === undefined && entry.definition.endsWith('/collection.yaml');
    const { hash } = use.template.hash({ name: entry.id, inputs: { recipe, definition, folder: folder() }, options: { collection: isCollection } });
    hashes.set(fingerprintName, hash);
    return hash;
  };

  const runOf = ({ role }: PackageEntry): RunMode => (role === 'target' ? (request.rebuild === true ? 'always' : 'needed') : request.onlyOwn === true ? 'never' : 'needed');
  const named = (reference: string): ArtifactRef<ContainerImage> => baseImage(context, reference, request.title === undefined);

  const retrievedOf = await findRetrieved(context, tree.packages);
  const secretsOf = await findMountedSecrets(context, tree.packages, originsOf);
  const sharing = request.sharing ?? startSharing();
  const { hintsOf, imageRepository, nameRepository, share } = await shareImages(context, { tree, about: aboutOf(request, tree), sharing, hashOf });
  /** Images in order: everything that one is built on comes before it. */
  const imageOf = (id: string): BuiltImages => {
    const present = images.get(id);
    if (present !== undefined) return present.made;
    const planned = known(
      tree.images.find((one) => one.id === id),
      id,
    );
    const entry = entryOf(planned.fingerprintName);
    const name = entry.image === id ? entry.id : `${entry.id}~${id.slice(id.lastIndexOf('@') + 1)}`;
    const made = use['docker-build'].image({
      name,
      run: runOf(entry),
      origins: originsOf(entry),
      ...secretsOf(entry),
      inputs: {
        recipe: partsOf(entry).recipe,
        context: contextOf(entry),
        base: baseOf(planned.base, entry),
        copies: planned.copies.map((copy) => (copy.from === 'reference' ? named(copy.reference) : imageOf(copy.image).image)),
        hints: hintsOf(entry),
      },
    });
    images.set(id, { name, made });
    return made;
  };
  const baseOf = (base: (typeof tree.images)[number]['base'], entry: PackageEntry): ArtifactRef<ContainerImage> => {
    switch (base.kind) {
      case 'reference':
        return named(base.reference);
      case 'image':
        return imageOf(base.id).image;
      case 'archives':
        return joinOf(base.packages, entry).image;
      default: {
        const never: never = base;
        return never;
      }
    }
  };
  const joinOf = (packages: readonly string[], entry: PackageEntry): JoinedImage => {
    const present = joins.get(entry.fingerprintName);
    if (present !== undefined) return present.made;
    const made = use['docker-build'].join({ name: entry.id, inputs: { archives: packages.map((one) => archiveOf(entryOf(one)).archive) } });
    joins.set(entry.fingerprintName, { name: entry.id, made });
    return made;
  };
  const contextOf = (entry: PackageEntry): ArtifactRef<FileTree> => {
    const own = partsOf(entry).context();
    const names = retrievedOf(entry);
    if (names.length === 0) return own;
    return use['docker-build'].retrieve({ name: entry.id, inputs: { context: own, archives: names.map((name) => archiveOf(entryOf(name)).archive) } }).context;
  };
  const archiveOf = (entry: PackageEntry): BuiltPackage => {
    const present = built.get(entry.id);
    if (present !== undefined) return present;
    const { image, builder } = entry.image === undefined || entry.archive === 'empty' ? {} : imageOf(entry.image);
    const { archive, metadata: own, manifest } = use.squash.archive({ name: entry.id, run: runOf(entry), inputs: { recipe: partsOf(entry).recipe, definition: partsOf(entry).definition, image, builder } });
    const chain = chainCall(entry, { tree, repository: imageRepository ?? nameRepository, hashOf });
    const described = (name: string, plain: ArtifactRef<PackageMetadata>): ArtifactRef<PackageMetadata> => use.squash.describe({ name, inputs: { metadata: plain, ...chain.inputs }, options: { values: valuesOf(entry), ...(imageRepository === undefined ? {} : { imageRepository }), ...chain.options } }).metadata;
    const subpackages = entry.subpackages.map(({ id, fingerprintName, subpackage }): BuiltArchive => {
      const cut = use.squash.subpackage({ name: id, run: runOf(entry), inputs: { archive, manifest, metadata: own }, options: { subpackage } });
      return { fingerprintName, archive: cut.archive, metadata: described(id, cut.metadata), manifest: cut.manifest };
    });
    const result = { entry, fingerprintName: entry.fingerprintName, archive, metadata: described(entry.id, own), manifest, subpackages };
    built.set(entry.id, result);
    return result;
  };

  const isWanted = ({ role }: PackageEntry): boolean => role === 'target' || role === 'archive';
  const targets = tree.packages.filter(({ role }) => role === 'target');
  // An image that adds nothing to its archive is made all the same: others may be built on it, and its commands may fail.
  const beside = targets.flatMap((entry) => (part === 'below' ? standsOn(entry) : entry.image !== undefined && entry.archive === 'empty' ? [imageOf(entry.image).image] : []));
  for (const entry of tree.packages) if (isWanted(entry) && (part === 'all' || (entry.role !== 'target' && archives === 'own'))) archiveOf(entry);
  const all = tree.packages.flatMap((entry) => built.get(entry.id) ?? []);
  const installed = tree.installed.map((name) => archiveOf(entryOf(name)));
  sharing.tasks.push(...share({ images, joins }));
  const wanted = archives === 'own' ? all : all.filter(({ entry }) => entry.role === 'target');
  const consistsOf = (one: BuiltPackage): readonly BuiltPackage[] => {
    const base = tree.images.find(({ id }) => id === one.entry.image)?.base;
    return [...(base?.kind === 'archives' ? base.packages.map((name) => archiveOf(entryOf(name))) : []), one];
  };
  return { all, wanted, installed, partsOf: consistsOf, images: request.sharing === undefined ? [...beside, ...sharing.tasks] : beside };

  /** What the image of a package is built on and copied from, as far as packages of the trees make it. */
  function standsOn({ image }: PackageEntry): readonly ArtifactRef[] {
    const planned = tree.images.find(({ id }) => id === image);
    const copied = (planned?.copies ?? []).flatMap((copy) => (copy.from === 'image' ? [imageOf(copy.image).image] : []));
    if (planned?.base.kind === 'image') return [imageOf(planned.base.id).image, ...copied];
    return [...(planned?.base.kind === 'archives' ? planned.base.packages.map((one) => archiveOf(entryOf(one)).archive) : []), ...copied];
  }
}

/** What makes the packages and images of one request others than those of another one in the same plan. */
function aboutOf({ packages, dependents = false, archives = 'targets', part = 'all', install = [] }: PackagesRequest, { packages: entries }: ResolvedTree): readonly string[] {
  const targets = typeof packages === 'string' ? [packages, ...(dependents ? ['dependents'] : [])] : entries.flatMap(({ role, id }) => (role === 'target' ? [id] : []));
  const installed = typeof install === 'string' ? [install] : install;
  return [...targets, ...(archives === 'own' ? ['own'] : []), ...(part === 'below' ? ['below'] : []), ...(installed.length > 0 ? ['install', ...installed.map((each) => each.replaceAll(/[^A-Za-z0-9._/+~:=@-]/g, '_'))] : [])];
}

function noTrees({ derivative }: StandardContext, { packages, install = [] }: PackagesRequest): CosError {
  const asked = [packages, install].flatMap((names) => (typeof names === 'string' ? [] : names));
  const what = asked.length === 0 ? 'there are no packages' : `there is no package ${asked.map((name) => JSON.stringify(name)).join(', ')}`;
  return new CosError({
    code: 'COS_PLAN_NO_TREES' satisfies TargetCode,
    severity: 'error',
    message: `Derivative "${derivative.name}" has no trees, so ${what}.`,
    hint: 'Give it "trees" or "packages", or choose others by --derivative.',
  });
}

/** Objects of the config have no lines of their own: a step that fails is shown where the package is declared, with the field in words. */
function originsOf(entry: PackageEntry): Readonly<Record<string, Origin>> {
  if (entry.declared === undefined) return entry.origins;
  const { id, declaredAt, declared } = entry;
  const parts = ['prelude', 'steps', 'env', 'copy', 'retrieve'].flatMap((list) => (Array.isArray(declared[list]) ? declared[list].map((_, index) => `${list}[${index}]`) : []));
  return Object.fromEntries(parts.map((part) => [part, { place: declaredAt, notes: [{ message: `${id} is declared here, and the field is ${part}` }] }]));
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`Internal error: the plan of packages names "${name}" and does not have it`);
  return value;
}
