import type { Diagnostic, Origin, Place } from '@cos/core';
import { describeTagChains, fingerprintName, plainSubpackage, readStepMounts, valuesToJson, writePackageObject, type ArchiveContent, type PackageKind, type PackagePlan, type PackageRole, type PlannedImage, type RepositorySource, type ResolvedPackage, type TagChain, type Tree, type TreePackage, type VersionMatching } from '@cos/luet';
import { recipeOrigins } from './recipe-origins.ts';
import { retrievableArchives, type RetrievableArchives } from './retrievable.ts';
import { templateFiles } from './template-files.ts';

// What the planner answers: plain data for the targets that make tasks of it. Paths are relative to the workspace.

/** A package of a tree, or one that the config declares. */
export type PackageEntry = FilesEntry | DeclaredEntry;

/** What both have. */
interface EntryBase {
  /** `category/name@version`: how messages and task keys name it. */
  readonly id: string;
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** `name-category-version`, as luet names files. */
  readonly fingerprintName: string;
  readonly role: PackageRole;
  readonly kind: PackageKind;
  /** What the archive holds. */
  readonly archive: ArchiveContent;
  /** `id` of its image in `images`; undefined when nothing is built. */
  readonly image: string | undefined;
  /** Fingerprint names of the packages whose archives make its base, in the order of unpacking. */
  readonly finalRequires: readonly string[];
  /** Where the items of its recipe were written, by their names in the rendered recipe: for `origins` of stage calls. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Commands that begin with mounts, by their names in the rendered recipe, as they stand behind RUN. */
  readonly mounting: Readonly<Record<string, string>>;
  /** Archives that its recipe may retrieve; undefined when it retrieves nothing. */
  readonly retrieve: RetrievableArchives | undefined;
  /** Packages that are cut out of its archive. */
  readonly subpackages: readonly SubpackageEntry[];
}

export interface SubpackageEntry {
  /** `category/name@version`. */
  readonly id: string;
  readonly fingerprintName: string;
  /** Its definition with the filters, of the form that `definePackage` takes. */
  readonly subpackage: Readonly<Record<string, unknown>>;
}

export interface FilesEntry extends EntryBase {
  readonly declared: undefined;
  /** The build context. */
  readonly folder: string;
  /** definition.yaml or collection.yaml. */
  readonly definition: string;
  /** build.yaml; undefined for a package without one. */
  readonly recipe: string | undefined;
  /** Files of the folder that are rendered before the build, relative to it. */
  readonly templates: readonly string[];
  /** The variables of the environment that the recipe asks for, with their values. */
  readonly env: Readonly<Record<string, string>>;
  /** Files of the folders called `templates` that stand before its recipe, in order. */
  readonly shared: readonly string[];
  /** For a package of a published repository. */
  readonly upstream: Upstream | undefined;
}

export interface Upstream {
  /** Name of the repository. */
  readonly repository: string;
  /** What its recipe sees as `.Values`, in place of the values of the derivative. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface DeclaredEntry extends EntryBase {
  /** What the config says in place of files, without the folder: plain data, of the form that `definePackage` takes. */
  readonly declared: Readonly<Record<string, unknown>>;
  /** The build context; undefined when the config has its files, or it has none. */
  readonly folder: string | undefined;
  /** Where the config declares it. */
  readonly declaredAt: Place;
}

export interface ResolvedTree {
  /** Everything needed comes first. */
  readonly packages: readonly PackageEntry[];
  /** Everything needed comes first. */
  readonly images: readonly PlannedImage[];
  /** Fingerprint names of what `install` asks for and needs, in the order of unpacking. */
  readonly installed: readonly string[];
  /** What luet's tags of the images are made of, beside recipes and the content of folders. All packages in it are among `packages`. */
  readonly tagChains: readonly TagChain[];
  /** Repositories of images that the published repositories name. */
  readonly caches: readonly string[];
  /** The trees that were read, without those of others. */
  readonly trees: readonly string[];
  readonly referenceTrees: readonly string[];
  /** Published repositories that the trees build on, from the files `.luet.yaml` beside them. */
  readonly repositories: readonly RepositorySource[];
}

export interface Described {
  readonly plan: PackagePlan;
  readonly tree: Tree;
  readonly caches: readonly string[];
  readonly matching: VersionMatching;
  /** What the files beside the trees say. */
  readonly repositories: readonly RepositorySource[];
  /** Text of a file of the tree. */
  readonly source: (file: string) => string | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
}

export function describePlan({ plan, tree, caches, matching, repositories, source, report }: Described): ResolvedTree {
  const files = new Map(tree.packages.map((one) => [one.fingerprintName, one]));
  const rendered = new Map(plan.rendered.map((one) => [one.package.fingerprintName, one]));
  return {
    packages: plan.packages.map((one) => {
      const found = files.get(one.fingerprintName);
      const recipe = rendered.get(one.fingerprintName);
      if (found === undefined || recipe === undefined) throw new Error(`Internal error: ${one.fingerprintName} is planned and in no tree`);
      return describeEntry(one, found, { origins: recipeOrigins(recipe), retrieve: retrievableArchives(one, rendered) }, { source, report, shared: tree.templates });
    }),
    images: plan.images,
    installed: plan.installed,
    tagChains: describeTagChains(plan, matching),
    caches,
    trees: tree.roots,
    referenceTrees: tree.references,
    repositories,
  };
}

function mountingCommands({ spec }: ResolvedPackage): Readonly<Record<string, string>> {
  const commands = (['prelude', 'steps'] as const).flatMap((list) => spec[list].map((text, index) => [`${list}[${index}]`, text] as const));
  return Object.fromEntries(commands.filter(([, text]) => readStepMounts(text).length > 0));
}

function describeEntry(one: ResolvedPackage, { dir, file, recipe, object, published }: TreePackage, { origins, retrieve }: Pick<EntryBase, 'origins' | 'retrieve'>, { source, report, shared }: Pick<Described, 'source' | 'report'> & { readonly shared: Tree['templates'] }): PackageEntry {
  const base: EntryBase = {
    id: `${one.category}/${one.name}@${one.version}`,
    category: one.category,
    name: one.name,
    version: one.version,
    fingerprintName: one.fingerprintName,
    role: one.role,
    kind: one.kind,
    archive: one.archive,
    image: one.image,
    finalRequires: one.finalRequires,
    origins,
    mounting: mountingCommands(one),
    retrieve,
    subpackages: one.spec.subpackages.map((sub) => ({ id: `${sub.category}/${sub.name}@${sub.version}`, fingerprintName: fingerprintName(sub), subpackage: plainSubpackage(sub) })),
  };
  if (object !== undefined) {
    const { file: program, line, column } = one.definition.at;
    return { ...base, declared: writePackageObject(object), folder: dir, declaredAt: { file: program, line, column } };
  }
  if (dir === undefined) throw new Error(`Internal error: ${one.fingerprintName} is made of files and has no folder`);
  const templates = templateFiles({ package: one, file, text: source(file) ?? '', report });
  return { ...base, declared: undefined, folder: dir, definition: file, recipe: recipe?.file, templates, env: Object.fromEntries(one.variables), shared: (published?.templates ?? shared).map((each) => each.file), upstream: published === undefined ? undefined : { repository: published.repository, values: valuesToJson(published.values) } };
}
