import type { ArtifactRef } from '@cos/core';
import type { ContainerImage, PackageArchive, PackageMetadata, PackageRecipe } from '@cos/core/artifacts';
import type { PackageEntry } from '@cos/plugin-resolve';
import { baseImage } from './base-image.ts';
import { templateValues, type StandardContext } from './context.ts';

// From package trees to tasks: a recipe, an image and an archive per package.

export interface BuiltPackage {
  readonly entry: PackageEntry;
  readonly archive: ArtifactRef<PackageArchive>;
  readonly metadata: ArtifactRef<PackageMetadata>;
}

export interface PackagesRequest {
  /** Package strings (`app/x`, `app/x@>=1.0`), or every package of the trees. */
  readonly packages: readonly string[] | 'all';
  /** The derivative's name for people, seen by templates as `derivative.title`. */
  readonly title: string;
}

export interface BuiltPackages {
  /** What was asked for, everything needed first. */
  readonly wanted: readonly BuiltPackage[];
  /** Also what is built on the way. */
  readonly all: readonly BuiltPackage[];
}

interface Images {
  readonly builder: ArtifactRef<ContainerImage>;
  readonly image: ArtifactRef<ContainerImage>;
}

/** Plans the packages of the derivative's trees. Archives are made of those that were asked for and of those whose archives another package is made of. */
export async function buildPackages(context: StandardContext, request: PackagesRequest): Promise<BuiltPackages> {
  const { use, source, derivative } = context;
  const values = templateValues(context, request.title);
  const tree = await use.resolve.packages({ trees: [...derivative.trees], referenceTrees: [...(derivative.referenceTrees ?? [])], targets: request.packages === 'all' ? 'all' : [...request.packages], values: json(values) });
  const entries = new Map(tree.packages.map((entry) => [entry.fingerprintName, entry]));
  const recipes = new Map<string, ArtifactRef<PackageRecipe>>();
  const images = new Map<string, Images>();
  const built = new Map<string, BuiltPackage>();

  const entryOf = (fingerprintName: string): PackageEntry => known(entries.get(fingerprintName), fingerprintName);
  const recipeOf = (entry: PackageEntry): ArtifactRef<PackageRecipe> => {
    const present = recipes.get(entry.id);
    if (present !== undefined) return present;
    const { recipe } = use.template.render({
      name: entry.id,
      inputs: { definition: source(entry.definition), recipe: entry.recipe === undefined ? undefined : source(entry.recipe), shared: tree.shared.map((file) => source(file)) },
      options: { category: entry.category, name: entry.name, version: entry.version, collection: entry.definition.endsWith('/collection.yaml'), values: json(values), env: { ...entry.env } },
    });
    recipes.set(entry.id, recipe);
    return recipe;
  };
  const contextOf = (entry: PackageEntry) =>
    entry.templates.length === 0
      ? source(entry.folder)
      : use.template.files({ name: entry.id, inputs: { folder: source(entry.folder) }, options: { package: entry.id, files: [...entry.templates], values: json(values) } }).context;

  /** Images in order: everything that one is built on comes before it. */
  const imageOf = (id: string): Images => {
    const present = images.get(id);
    if (present !== undefined) return present;
    const planned = known(
      tree.images.find((one) => one.id === id),
      id,
    );
    const entry = entryOf(planned.fingerprintName);
    const name = entry.image === id ? entry.id : `${entry.id}~${id.slice(id.lastIndexOf('@') + 1)}`;
    const made = use['docker-build'].image({
      name,
      inputs: {
        recipe: recipeOf(entry),
        context: contextOf(entry),
        base: baseOf(planned.base, entry),
        copies: planned.copies.map((copy) => (copy.from === 'reference' ? baseImage(context, copy.reference) : imageOf(copy.image).image)),
      },
    });
    images.set(id, made);
    return made;
  };
  const baseOf = (base: (typeof tree.images)[number]['base'], entry: PackageEntry): ArtifactRef<ContainerImage> => {
    switch (base.kind) {
      case 'reference':
        return baseImage(context, base.reference);
      case 'image':
        return imageOf(base.id).image;
      case 'archives':
        return use['docker-build'].join({ name: entry.id, inputs: { archives: base.packages.map((one) => archiveOf(entryOf(one)).archive) } }).image;
      default: {
        const never: never = base;
        return never;
      }
    }
  };
  const archiveOf = (entry: PackageEntry): BuiltPackage => {
    const present = built.get(entry.id);
    if (present !== undefined) return present;
    const made = entry.image === undefined || entry.archive === 'empty' ? {} : imageOf(entry.image);
    const { archive, metadata } = use.squash.archive({ name: entry.id, inputs: { recipe: recipeOf(entry), definition: source(entry.definition), ...made } });
    const result = { entry, archive, metadata };
    built.set(entry.id, result);
    return result;
  };

  for (const entry of tree.packages) if (entry.role === 'target' || entry.role === 'archive') archiveOf(entry);
  const all = tree.packages.flatMap((entry) => built.get(entry.id) ?? []);
  return { all, wanted: all.filter(({ entry }) => entry.role === 'target') };
}

function known<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`Internal error: the plan of packages names "${name}" and does not have it`);
  return value;
}

/** Values come from YAML files and typed presets, which hold plain data; the engine refuses anything else when the task is planned. */
function json(values: Readonly<Record<string, unknown>>): Record<string, JsonValue> {
  return values as Record<string, JsonValue>;
}

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
