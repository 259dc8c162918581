import type { TaskKey } from '../model/identity.ts';
import type { OpenToolchain } from './ready-toolchain.ts';

/** `finish`: start nothing new, let running tasks finish. `keep-going`: run all that does not need what failed. `fail-fast`: cancel what runs. */
export type FailurePolicy = 'finish' | 'keep-going' | 'fail-fast';

export interface ExecuteOptions {
  /** Absolute path of the folder that holds the config. */
  readonly workspace: string;
  /** Absolute path of the folder for cache, state, scratch and logs (`.cos`). */
  readonly folder: string;
  /** Absolute path of another folder for logs; default one in `folder`. */
  readonly logs?: string;
  /** Also told of process groups that are started, by one who outlives `folder`. */
  readonly noteProcess?: (pid: number) => void;
  /** Capacity of the `cpu` class. */
  readonly jobs: number;
  /** Capacities of other classes; default 2 each. */
  readonly resources: Readonly<Record<string, number>>;
  readonly cacheMaxBytes: number;
  readonly policy: FailurePolicy;
  /** Tasks that run though their fingerprint is known; `all` for every task of the plan. */
  readonly force: 'none' | 'all' | ReadonlySet<TaskKey>;
  /** True: a second build, which is compared with a first one: stages are told. Default false. */
  readonly repeated?: boolean;
  /** Order of ready tasks; printed in the summary. */
  readonly seed: number;
  /** The process's environment: stages see of it only what they and their plugins declare. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Finds the toolchain for tools that are not to be those of the host. Default: all are. */
  readonly openToolchain?: OpenToolchain;
  /** Whether a plugin would bring a toolchain if it were asked for one: hints speak of it. Default false. */
  readonly offersToolchain?: boolean;
}
