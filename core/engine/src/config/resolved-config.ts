import type { Target } from '../model/config.ts';
import type { Derivative, Platform } from '../model/distribution.ts';
import type { JsonObject } from '../model/json.ts';
import type { PluginDefinition } from '../model/plugin.ts';
import type { Layer } from './values.ts';

// What load makes of a config file: checked, defaults filled in, values overlaid, frozen.

export interface ResolvedPlugin {
  readonly definition: PluginDefinition;
  /** Parsed options; undefined when `broken`. */
  readonly options: unknown;
  /** The part that enters fingerprints: without `hostOptions`, secrets by name. */
  readonly recorded: JsonObject;
  readonly declaredAt: string | undefined;
  /** Its options did not pass: planning goes on to find further problems, but its planners are not called. */
  readonly broken: boolean;
}

/** One derivative on one platform: a target is planned once for each. */
export interface Variant {
  readonly derivative: Derivative & { readonly version: string };
  readonly platform: Platform;
  readonly values: JsonObject;
  /** Where the values come from, the weakest first. */
  readonly layers: readonly Layer[];
  /** `derivative/architecture`, added to task names when the config declares more than one variant. */
  readonly scope: string | undefined;
}

export interface ResolvedConfig {
  /** Absolute path of the folder that holds the config. */
  readonly workspace: string;
  /** Absolute path of the config file. */
  readonly file: string;
  /** In the order of the config. */
  readonly plugins: ReadonlyMap<string, ResolvedPlugin>;
  /** Selected by --derivative and --platform; all of them by default. */
  readonly variants: readonly Variant[];
  readonly derivatives: readonly Derivative[];
  readonly targets: ReadonlyMap<string, Target>;
  /** Folders below the workspace, with `/`. */
  readonly outDir: string;
  readonly cacheFolder: string;
  readonly cacheMaxBytes: number;
  readonly sourceDateEpoch: number;
  readonly resources: Readonly<Record<string, number>>;
}

/** What the command line adds to the config. */
export interface LoadRequest {
  /** Folder where the search for the config begins. */
  readonly cwd: string;
  /** Values files, relative to `cwd`. */
  readonly values: readonly string[];
  /** Arguments of `--set`. */
  readonly set: readonly string[];
  /** Names of derivatives; empty means all. */
  readonly derivatives: readonly string[];
  readonly platforms: readonly string[];
}
