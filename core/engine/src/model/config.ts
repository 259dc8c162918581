import { callerOf } from '../errors/caller.ts';
import { markSite } from '../errors/declared-at.ts';
import type { ArtifactRef, FileTree } from './artifact.ts';
import type { Declared } from './declaration.ts';
import type { Derivative, Platform, ResolvedDerivative } from './distribution.ts';
import type { Parameters, ParameterValues } from './parameter.ts';
import type { CallsOf, Plugin } from './plugin.ts';

// The config file: plugins, derivatives, targets.

// `any`: a list of plugins of unknown stages must accept every concrete plugin.
export type AnyPlugin = Plugin<any, any, any, any>;

/**
 * Artifacts that a target wants. With names: published below `outDir` under that path (a file or a folder, replaced atomically). A list is wanted and not
 * published, also one under a name, which is for the reader of the config only.
 */
export type Wanted = readonly ArtifactRef[] | { readonly [path: string]: ArtifactRef | readonly ArtifactRef[] };

/** What a target's `plan` finds for one derivative on one platform. */
export interface DerivativeContext<Ps extends readonly AnyPlugin[], D> {
  /** The stages, planners and pins of the plugins: `use.iso.image({...})`. */
  readonly use: { readonly [P in Ps[number] as P['name']]: CallsOf<P> };
  /** A file or folder of the workspace: the only way in which files enter the plan. */
  readonly source: (path: string) => ArtifactRef<FileTree>;
  /** With everything that it has from another derivative. */
  readonly derivative: D & ResolvedDerivative;
  readonly platform: Platform;
  /**
   * `derivative/architecture` when the config has several derivatives or platforms, whichever are selected; undefined with one of each. Task keys carry it;
   * a target puts it before the paths of its outputs: `${scope}/sample.iso`.
   */
  readonly scope: string | undefined;
  /** Preset, overlaid by platform, values files, the derivative's values and --values / --set. */
  readonly values: D extends Derivative<infer Di> ? Di['values'] : never;
  /** The `packages` of the derivative, with these values. */
  readonly packages: readonly Declared[];
  /** Names of all derivatives of the config that are for this platform, this one among them. */
  readonly derivatives: readonly string[];
  /** The same for another one of `derivatives`, selected or not, for what is made of something of it. Its tasks are those that it has by itself. */
  readonly contextOf: (derivative: string) => DerivativeContext<Ps, D>;
}

export interface TargetContext<Ps extends readonly AnyPlugin[], D, Pa extends Parameters = {}> extends DerivativeContext<Ps, D> {
  readonly params: ParameterValues<Pa>;
}

export interface Target<Ps extends readonly AnyPlugin[] = any, D = any, Pa extends Parameters = any> {
  readonly description: string;
  /** Checked against the command line, printed by `cos run <target> --help`. */
  readonly params?: Pa;
  plan(context: TargetContext<Ps, D, Pa>): Promise<Wanted> | Wanted;
}

export interface Config<Ps extends readonly AnyPlugin[] = readonly AnyPlugin[], D extends Derivative<any> = Derivative<any>, T extends Record<string, Parameters> = any> {
  readonly plugins: Ps;
  readonly derivatives: readonly D[];
  readonly targets: { readonly [K in keyof T]: Target<Ps, D, T[K]> };
  /** Folder for named outputs below the workspace; default `build`. */
  readonly outDir?: string;
  /** Seconds since 1970 that outputs carry; default 315532800 (1980-01-01, the first day that FAT can tell). Part of every fingerprint. */
  readonly sourceDateEpoch?: number;
  /** Capacities of resource classes other than `cpu`; default 2 each. */
  readonly resources?: Readonly<Record<string, number>>;
  readonly engine?: {
    /**
     * Where the tools of stages are. `host`: on PATH. `container`: in an image that a plugin makes in its container engine; tools whose stage does not say in
     * which packages they are, and those of the plugin itself, stay those of the host. Default `host`.
     */
    readonly toolchain?: 'host' | 'container';
  };
  readonly cache?: {
    /** Folder of cache, state and scratch below the workspace; default `.cos`. */
    readonly folder?: string;
    /** Bytes that blobs may take before the least recently used go; default 20 GiB. */
    readonly maxBytes?: number;
  };
}

/** Identity, with types: plugins decide what `use` has, derivatives what `values` has, each target's `params` what its plan finds. */
export function defineConfig<const Ps extends readonly AnyPlugin[], D extends Derivative<any>, const T extends Record<string, Parameters>>(
  config: Config<Ps, D, T>,
): Config<Ps, D, T> {
  return markSite({ ...config }, callerOf(defineConfig));
}
