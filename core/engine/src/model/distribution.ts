import { callerOf } from '../errors/caller.ts';
import { markSite } from '../errors/declared-at.ts';

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

export interface Derivative<D extends Distribution = Distribution> {
  readonly name: string;
  /** Default `0.0.0`. */
  readonly version?: string;
  readonly from: D;
  readonly platforms: readonly Platform[];
  /** Overlaid on the distribution's values; further keys are allowed. */
  readonly values?: Overlay<D['values']> & Values;
  /** Values files (YAML) below the workspace, overlaid in order before `values`. */
  readonly valuesFiles?: readonly string[];
  /** Folders of package specs below the workspace; of two equal packages the later tree's wins. */
  readonly trees: readonly string[];
  /**
   * Folders of package specs that others maintain: their packages can be required, are built only where something needs them, and give way to equal
   * ones of `trees`. Default: none.
   */
  readonly referenceTrees?: readonly string[];
}

export function defineDerivative<D extends Distribution>(derivative: Derivative<D>): Derivative<D> {
  return Object.freeze(markSite({ ...derivative }, callerOf(defineDerivative)));
}
