// A plan of package builds as data. `packages` are what has an archive or an image of its own, `images` are the container images
// to build; both are in an order in which everything needed comes first.

import type { ArchiveContent, PackageKind } from '../package/check-build-spec.ts';
import type { BuildSpec } from '../package/build-spec.ts';
import type { PackageDefinition } from '../package/definition.ts';
import type { Problem } from '../problem.ts';
import type { RenderedPackage } from '../render/render-package.ts';
import type { SourceText } from '../tree/load-tree.ts';
import type { ValueMap } from '../values/value.ts';

/**
 * Why a package is in the plan.
 * - `target`: it was asked for. Its archive is wanted.
 * - `archive`: its archive goes into the base of a package with `requires_final_images`.
 * - `image`: files are copied from its image.
 * - `parent`: its image is below another one. Its `chain` is the one of the package that brought it in.
 */
export type PackageRole = 'target' | 'archive' | 'image' | 'parent';

export interface ResolvedPackage {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** `name-category-version` */
  readonly fingerprintName: string;
  /** The fingerprint name as an image tag. */
  readonly imageId: string;
  readonly role: PackageRole;
  readonly kind: PackageKind;
  readonly archive: ArchiveContent;
  /** The build context; undefined for a package of an object without a folder. */
  readonly dir: string | undefined;
  readonly definition: PackageDefinition;
  readonly spec: BuildSpec;
  /** The rendered recipe. */
  readonly recipeText: string;
  readonly finalizer: SourceText | undefined;
  /** What the recipe saw as `.Values`. */
  readonly values: ValueMap;
  /** The variables of the environment that the recipe asked for and got. */
  readonly variables: ReadonlyMap<string, string>;
  /** Every package of the solution, in the order of stacking, this one last; virtual ones included. */
  readonly chain: readonly ChainElement[];
  /** `id` in `images`; undefined for a virtual package. */
  readonly image: string | undefined;
  /** For `final`: whose archives make the base, in the order of unpacking (later files replace earlier ones). */
  readonly finalRequires: readonly string[];
  /** What the recipe copies from elsewhere. */
  readonly copies: readonly ResolvedCopy[];
}

export interface ChainElement {
  readonly fingerprintName: string;
  /** `id` in `images`; undefined for a virtual package. */
  readonly image: string | undefined;
}

export type ResolvedCopy =
  | { readonly from: 'reference'; readonly reference: string; readonly source: string; readonly destination: string }
  | { readonly from: 'image'; readonly package: string; /** `id` in `images`. */ readonly image: string; readonly source: string; readonly destination: string };

/**
 * A package's image on a certain base. The same package on two different bases is two images; chains that begin alike share
 * theirs. `id` is unique in the plan and depends on nothing but the names in the chain.
 */
export interface PlannedImage {
  readonly id: string;
  readonly fingerprintName: string;
  readonly base: ImageBase;
  readonly copies: readonly ResolvedCopy[];
}

export type ImageBase =
  | { readonly kind: 'reference'; readonly reference: string }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'archives'; readonly packages: readonly string[] };

export interface PackagePlan {
  readonly packages: readonly ResolvedPackage[];
  readonly images: readonly PlannedImage[];
  /** Fingerprint names of what `install` asks for and needs, in the order of unpacking. */
  readonly installed: readonly string[];
  /** Every recipe of the tree with the values, planned or not. */
  readonly rendered: readonly RenderedPackage[];
  /** Errors of what is planned. The plan must not be run when there are any. */
  readonly problems: readonly Problem[];
  /** Warnings and notes of what is planned. */
  readonly warnings: readonly Problem[];
  /** Problems, also errors, of packages that this plan does not need. Worth showing, no reason to stop. */
  readonly unrelated: readonly Problem[];
}
