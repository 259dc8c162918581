import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Target } from '../model/config.ts';
import type { Declared } from '../model/declaration.ts';
import type { Platform, ResolvedDerivative } from '../model/distribution.ts';
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
  readonly derivative: ResolvedDerivative;
  readonly platform: Platform;
  readonly values: JsonObject;
  /** Where the values come from, the weakest first. */
  readonly layers: readonly Layer[];
  /** What the derivative declares, with these values. */
  readonly packages: readonly Declared[];
  /** `derivative/architecture`, added to task names when the config declares more than one variant. */
  readonly scope: string | undefined;
  /** What is wrong with the values of a variant that is not selected: told when something asks for it. Empty for selected ones, whose problems are told. */
  readonly problems: readonly Diagnostic[];
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
  /** Every derivative on every platform of it, also those that are not selected: others may be made of them. */
  readonly allVariants: readonly Variant[];
  readonly derivatives: readonly ResolvedDerivative[];
  readonly targets: ReadonlyMap<string, Target>;
  /** Folders below the workspace, with `/`. */
  readonly outDir: string;
  readonly cacheFolder: string;
  readonly cacheMaxBytes: number;
  readonly sourceDateEpoch: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly toolchain: 'host' | 'container';
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
