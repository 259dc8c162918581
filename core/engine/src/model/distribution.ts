import { callerOf } from '../errors/caller.ts';
import { markSite } from '../errors/declared-at.ts';
import type { AnyDeclaration, Declaration } from './declaration.ts';

// Distributions are presets of values; derivatives overlay them. Presets are overlaid, never edited.

export type Values = Record<string, unknown>;

/** Operating system and architecture in OCI spelling. */
export type Platform = 'linux/amd64' | 'linux/arm64';
export const platforms: readonly Platform[] = ['linux/amd64', 'linux/arm64'];

/** Maps are overlaid key by key; lists and scalars are replaced whole. */
export type Overlay<T> = T extends readonly unknown[]
  ? { readonly [K in keyof T]: T[K] }
  : T extends object
    ? { readonly [K in keyof T]?: Overlay<T[K]> }
    : T;

// `any`: a derivative of a distribution of unknown values must accept every concrete one.
export interface Distribution<N extends string = string, V extends Values = any> {
  readonly name: N;
  /** What templates see: base image, package lists, kernel ... */
  readonly values: V;
  readonly platforms: { readonly [P in Platform]?: Overlay<NoInfer<V>> };
}

export function defineDistribution<const N extends string, V extends Values>(distribution: Distribution<N, V>): Distribution<N, V> {
  return Object.freeze(markSite({ ...distribution }, callerOf(defineDistribution)));
}

/** A system that a Dockerfile of the workspace describes. Paths are below the workspace. */
export interface DockerfileSystem {
  readonly dockerfile: string;
  /** The folder that COPY and ADD read; default the folder of the Dockerfile. */
  readonly context?: string;
  /** The stage that is the system; default the last one. */
  readonly target?: string;
  /** Values for ARG. They can be seen in the image: they are no place for secrets. */
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Packages that `cos://framework` holds, with what they need at run time; default: all packages of `trees`. */
  readonly framework?: readonly string[];
}

/** What boots: a package that holds the whole root filesystem (`system/my-os`), or a Dockerfile. */
export type System = string | DockerfileSystem;

/** A published repository of packages. */
export interface UpstreamRepository {
  /** How messages, cos.lock and `cos lock --update` call it. */
  readonly name: string;
  /** `disk`: a folder; `http`: one that a web server serves; `docker`: images of a registry. */
  readonly type: 'disk' | 'http' | 'docker';
  /** At least one; further ones are tried when the first cannot be had. Folders (relative to the workspace, or absolute), addresses, or `host/path`. */
  readonly urls: readonly string[];
  /** Of equal packages that of the lower number wins, of equal numbers that of the repository that stands first. Default: 0. */
  readonly priority?: number;
  /** The file that is read instead of repository.yaml, to stay with a snapshot (`<id>-repository.yaml`). Default: none. */
  readonly reference?: string;
  /** Only for these; a repository holds packages of one architecture. Default: all of the derivative. */
  readonly platforms?: readonly Platform[];
}

export interface Derivative<D extends Distribution = Distribution, P extends Platform = Platform> {
  readonly name: string;
  /** Name for people; default that of the derivative that this one is from, else `name`. */
  readonly title?: string;
  /** Default that of the derivative that this one is from, else `0.0.0`. */
  readonly version?: string;
  /** A distribution, or another derivative, of which this one has everything that it does not say itself. */
  readonly from: D | Derivative<D>;
  /** Can be left out for those of the derivative that this one is from; no others are possible then. */
  readonly platforms?: readonly P[];
  /** Overlaid on the distribution's values, and on those of the derivative that this one is from; further keys are allowed. */
  readonly values?: Overlay<D['values']> & Values;
  /** Values files (YAML) below the workspace, overlaid in order before `values`. */
  readonly valuesFiles?: readonly string[];
  /**
   * Folders of package specs below the workspace; of two equal packages the later tree's wins. Default: none. Those of the derivative that this one is
   * from come first.
   */
  readonly trees?: readonly string[];
  /**
   * Folders of package specs that others maintain: their packages can be required, are built only where something needs them, and give way to equal
   * ones of `trees`. Default: none.
   */
  readonly referenceTrees?: readonly string[];
  /**
   * Published repositories that this derivative builds on: their packages can be required though their sources are not here, and are built with the values
   * that they were published with. Everything else wins over them. As a text a folder, `http://…`, or `docker:host/path`, which is its name, too. What they
   * hold is pinned in cos.lock. Default: none. Those of the derivative that this one is from come first.
   */
  readonly repositories?: readonly (string | UpstreamRepository)[];
  /**
   * Packages that the config itself declares (`definePackage`); they win over equal ones of `trees`. Default: none. Those of the derivative that this one is
   * from come first.
   */
  readonly packages?: readonly Declaration<'package', D['values']>[];
  /** What the ready-made targets make an image of; default that of the derivative that this one is from, else the one that they are given. */
  readonly system?: System;
}

/** A derivative with everything that it has from others, as targets see it. */
export interface ResolvedDerivative extends Derivative {
  readonly version: string;
  readonly platforms: readonly Platform[];
  readonly trees: readonly string[];
  readonly referenceTrees: readonly string[];
  readonly repositories: readonly UpstreamRepository[];
  readonly valuesFiles: readonly string[];
  readonly packages: readonly AnyDeclaration<'package'>[];
}

/** A derivative that is from another one is for platforms of that one only. */
export function defineDerivative<D extends Distribution, B extends Platform, const P extends B>(derivative: Derivative<D, P> & { readonly from: D | Derivative<D, B> }): Derivative<D, P> {
  return Object.freeze(markSite({ ...derivative }, callerOf(defineDerivative)));
}

export function isDerivative(from: Distribution | Derivative): from is Derivative {
  return 'from' in from;
}
