import type { Origin } from '../errors/diagnostic.ts';
import type { Platform } from './distribution.ts';
import type { TaskKey } from './identity.ts';
import type { JsonObject } from './json.ts';
import type { Arity } from './port.ts';

// The plan is data: frozen, JSON-able, and all that `execute` needs beside the stages' code.

/** One artifact that a task reads: a source of the workspace, or an output of another task. */
export type PlannedInput = { readonly source: string } | { readonly task: TaskKey; readonly output: string };

export interface PlannedPort {
  readonly kind: string;
  readonly arity: Arity;
  readonly artifacts: readonly PlannedInput[];
}

/**
 * Whether a task runs. `needed`: when nothing is known of its fingerprint. `always`: known results are not believed, those of foreign programs neither.
 * `never`: what it makes must be there already. No part of the fingerprint: the bytes are the same.
 */
export type RunMode = 'needed' | 'always' | 'never';

export interface PlannedTask {
  readonly key: TaskKey;
  readonly plugin: string;
  readonly stage: string;
  /** The part of the key behind `#`. */
  readonly name: string;
  readonly description: string;
  readonly version: number;
  /** As parsed, defaults filled in; secrets as `{ "secret": name }`. */
  readonly options: JsonObject;
  /** In declared order. */
  readonly inputs: Readonly<Record<string, PlannedPort>>;
  /** Output name to kind name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly cache: 'content' | 'never';
  readonly effect: 'publish' | undefined;
  readonly tools: readonly string[];
  readonly env: readonly string[];
  readonly platform: Platform;
  /** True when the platform is part of the fingerprint. */
  readonly platformBound: boolean;
  readonly resource: { readonly class: string; readonly units: number };
  readonly run: RunMode;
  /** Where parts of what it reads were written, by names that target and stage agree on; for messages only. Files are relative to the workspace. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** `file:line:column` of the call in the config or a target, relative to the workspace where it lies inside; undefined when unknown. */
  readonly declaredAt: string | undefined;
}

export interface WantedOutput {
  /** Path below the out folder; undefined: wanted, not published. */
  readonly path: string | undefined;
  readonly task: TaskKey;
  readonly output: string;
}

/** A planner that ran: shown to the user as the stage that it is to them. How long it took is told by events only: a plan holds no clock. */
export interface PlannerRun {
  readonly plugin: string;
  readonly planner: string;
  readonly description: string;
}

export interface Plan {
  readonly format: 1;
  readonly targets: readonly string[];
  readonly outDir: string;
  readonly sourceDateEpoch: number;
  /** In an order in which every task comes after its inputs. */
  readonly tasks: readonly PlannedTask[];
  readonly wanted: readonly WantedOutput[];
  /** Every workspace path that sources name, sorted. */
  readonly sources: readonly string[];
  /** Every workspace file, folder or pattern that planners read, sorted. */
  readonly reads: readonly string[];
  readonly planners: readonly PlannerRun[];
  /** Every variable of the environment that planners declare, sorted by name, with its value; null when it is not set. */
  readonly env: Readonly<Record<string, string | null>>;
}
