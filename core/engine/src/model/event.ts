import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Digest, Fingerprint, TaskKey } from './identity.ts';
import type { Outcome } from './outcome.ts';

// What happened. Events are the only bridge between execution and reporters; each is JSON-able and a line of the NDJSON reporter.

export type Event =
  /** `stages`: how many tasks of each stage the plan has, in the order of the plan. */
  | {
      readonly type: 'run-started';
      readonly targets: readonly string[];
      readonly tasks: number;
      readonly effects: readonly TaskKey[];
      readonly stages?: readonly { readonly plugin: string; readonly stage: string; readonly tasks: number }[];
    }
  | { readonly type: 'planner-finished'; readonly plugin: string; readonly planner: string; readonly description: string; readonly durationMs: number }
  | { readonly type: 'pin-resolved'; readonly plugin: string; readonly pin: string; readonly request: string }
  /** Tools have to be got first, which may take a while. */
  | { readonly type: 'toolchain-progress'; readonly line: string }
  /** The task runs: it was neither fresh nor cached. `reason` in one line, as `cos why` tells it. */
  | { readonly type: 'task-started'; readonly task: TaskKey; readonly plugin: string; readonly stage: string; readonly name: string; readonly reason: string }
  | { readonly type: 'task-output'; readonly task: TaskKey; readonly stream: 'stdout' | 'stderr' | 'info' | 'warn'; readonly line: string }
  | {
      readonly type: 'task-finished';
      readonly task: TaskKey;
      readonly plugin: string;
      readonly stage: string;
      readonly name: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
      readonly fingerprint?: Fingerprint;
      readonly outputs?: Readonly<Record<string, Digest>>;
      /** Kept output of the last run, relative to the workspace. */
      readonly logFile?: string;
      readonly failure?: Diagnostic;
    }
  /** A named output is in place. Paths are relative to the workspace; absolute when the output folder lies elsewhere. */
  | { readonly type: 'output-published'; readonly path: string; readonly task: TaskKey; readonly digest: Digest; readonly changed: boolean }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }
  | Summary;

/** Always the last event of a run. */
export interface Summary {
  readonly type: 'summary';
  readonly fresh: number;
  readonly cached: number;
  readonly built: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly durationMs: number;
  readonly exitCode: number;
  /** Seed of the order in which ready tasks started. */
  readonly seed: number;
  /** Published paths, relative to the workspace. */
  readonly outputs: readonly string[];
}

export type Emit = (event: Event) => void;
