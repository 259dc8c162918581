import type { Diagnostic } from '@cos/core';
import type { ArchiveContent, PackageKind, PackagePlan, PackageRole, PlannedImage, RepositorySource, Tree } from '@cos/luet';
import { templateFiles } from './template-files.ts';

// What the planner answers: plain data for the targets that make tasks of it. Paths are relative to the workspace.

export interface PackageEntry {
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
  /** `id` of its image in `images`; undefined when nothing is built. */
  readonly image: string | undefined;
  /** Fingerprint names of the packages whose archives make its base, in the order of unpacking. */
  readonly finalRequires: readonly string[];
}

export interface ResolvedTree {
  /** Everything needed comes first. */
  readonly packages: readonly PackageEntry[];
  /** Everything needed comes first. */
  readonly images: readonly PlannedImage[];
  /** Fingerprint names of what `install` asks for and needs, in the order of unpacking. */
  readonly installed: readonly string[];
  /** Files of the folders called `templates`, in order. */
  readonly shared: readonly string[];
  /** The trees that were read, without those of others. */
  readonly trees: readonly string[];
  readonly referenceTrees: readonly string[];
  /** Published repositories that the trees build on, from the files `.luet.yaml` beside them. */
  readonly repositories: readonly RepositorySource[];
}

export interface Described {
  readonly plan: PackagePlan;
  readonly tree: Tree;
  /** What the files beside the trees say. */
  readonly repositories: readonly RepositorySource[];
  /** Text of a file of the tree. */
  readonly source: (file: string) => string | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
}

export function describePlan({ plan, tree, repositories, source: textOf, report }: Described): ResolvedTree {
  const files = new Map(tree.packages.map((one) => [one.fingerprintName, one]));
  return {
    packages: plan.packages.map((one) => {
      const source = files.get(one.fingerprintName);
      if (source === undefined) throw new Error(`Internal error: ${one.fingerprintName} is planned and in no tree`);
      return {
        id: `${one.category}/${one.name}@${one.version}`,
        category: one.category,
        name: one.name,
        version: one.version,
        fingerprintName: one.fingerprintName,
        role: one.role,
        kind: one.kind,
        archive: one.archive,
        folder: one.dir,
        definition: source.file,
        recipe: source.recipe?.file,
        templates: templateFiles({ package: one, file: source.file, text: textOf(source.file) ?? '', report }),
        env: Object.fromEntries(one.variables),
        image: one.image,
        finalRequires: one.finalRequires,
      };
    }),
    images: plan.images,
    installed: plan.installed,
    shared: tree.templates.map((one) => one.file),
    trees: tree.roots,
    referenceTrees: tree.references,
    repositories,
  };
}
