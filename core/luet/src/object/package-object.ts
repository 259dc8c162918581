// A package as an object of TypeScript: what definition.yaml, build.yaml and finalize.yaml say, in one place and without templates.
// Mind which requirements are meant: `requires` is that of build.yaml, those of definition.yaml are in `runtime`.

import type { PackageStep } from '../package/step.ts';
import type { StepObject } from './step-object.ts';

/** `category/name` (any version), `category/name@1.0`, `category/name@>=1.0`. */
export type PackageAtom = `${string}/${string}`;

/** A version may be a selector: `>=0` is any. */
export interface PackageReferenceObject {
  /** Default: none. */
  readonly category?: string;
  readonly name: string;
  readonly version: string;
}

export type ReferenceInput = PackageAtom | PackageReferenceObject;

/** `Reference`: what may stand for a package that another one names. */
export type PackageObject<Reference = ReferenceInput> = PackageIdentity & PackageBuild<Reference> & PackageDescription<Reference> & PackageContext;

interface PackageIdentity {
  /** '' for none. At most 40 characters. */
  readonly category: string;
  /** At most 80 characters. */
  readonly name: string;
  /** In Debian's form, such as `1.0`, `1.0+1` or `2:1.0-r3`. At most 60 characters. */
  readonly version: string;
}

/** How a package is built: the keys of build.yaml. With none of them its requirements at run time count for building, too. */
interface PackageBuild<Reference> {
  /** Base image. With it `requires` orders the package and is not below it. Default: none. */
  readonly image?: string;
  /** What the package is built on. Default: nothing. */
  readonly requires?: readonly Reference[];
  /** Packages that cannot be below this one. Default: none. */
  readonly conflicts?: readonly Reference[];
  /** Build on an image that is put together from the archives of `requires`. Default: false. */
  readonly requiresFinalImages?: boolean;
  /** Files from images. Default: none. */
  readonly copy?: readonly CopyObject<Reference>[];
  /** One ENV line each, verbatim. Default: none. */
  readonly env?: readonly `${string}=${string}`[];
  /** Commands before the steps, which leave no trace in an archive of what the steps add. Default: none. */
  readonly prelude?: readonly (PackageStep | StepObject)[];
  /** Commands whose result the archive holds. Default: none. */
  readonly steps?: readonly (PackageStep | StepObject)[];
  /** The archive holds the whole file system. Default: false, what the steps add. */
  readonly unpack?: boolean;
  /** The archive holds the content of this folder. Default: not used. */
  readonly packageDir?: `/${string}`;
  /** Regular expressions (RE2) of paths that the archive keeps, with a leading slash. Default: all. */
  readonly includes?: readonly string[];
  /** Regular expressions (RE2) of paths that the archive leaves out. Default: none. */
  readonly excludes?: readonly string[];
  /** Globs of archives that are added to the build context. Default: none. */
  readonly retrieve?: readonly string[];
  /** Packages that are cut out of this one's archive. Default: none. */
  readonly subpackages?: readonly SubpackageObject<Reference>[];
  /** Only recorded. Default: ''. */
  readonly seed?: string;
}

export type CopyObject<Reference> = (
  | { /** From the image of this package. */ readonly package: Reference; readonly image?: never }
  | { /** From this image. */ readonly image: string; readonly package?: never }
) & { readonly source: string; readonly destination: string };

/** What is said of a package: the keys of definition.yaml. */
interface PackageDescription<Reference> {
  /** What the package needs, and cannot stand beside, where it is installed. Default: nothing. */
  readonly runtime?: { readonly requires?: readonly Reference[]; readonly conflicts?: readonly Reference[] };
  /** Packages that this one stands for, for building and at run time. Default: none. */
  readonly provides?: readonly Reference[];
  /** Not listed by clients, without a file list. Default: false. */
  readonly hidden?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly license?: string;
  readonly uri?: readonly string[];
  readonly useFlags?: readonly string[];
  /** Commands that clients run after the package is unpacked: finalize.yaml, which clients render as a template. Default: none. */
  readonly finalizer?: { readonly shell?: readonly string[]; readonly install?: readonly string[]; readonly uninstall?: readonly string[] };
}

export interface SubpackageObject<Reference> extends PackageIdentity {
  readonly requires?: readonly Reference[];
  readonly conflicts?: readonly Reference[];
  readonly provides?: readonly Reference[];
  readonly hidden?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly includes?: readonly string[];
  readonly excludes?: readonly string[];
}

/** The files that steps find in their working directory. */
type PackageContext =
  | {
      /** A folder, relative to the workspace. Default: none, the build context is empty. */
      readonly context?: string;
      readonly files?: never;
    }
  | {
      /** Texts by relative path. */
      readonly files?: Readonly<Record<string, string>>;
      readonly context?: never;
    };
