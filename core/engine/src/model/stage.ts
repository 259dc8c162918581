import type { ArtifactKind, Emitted, MetaOf } from './artifact.ts';
import type { Platform } from './distribution.ts';
import type { Kinds, Ports, RunInputs } from './port.ts';
import type { Out, Schema } from './schema.ts';
import type { Secret } from './secret.ts';
import type { Tool } from './tool.ts';

// A stage is a typed kind of step. Calling it while planning makes a task; the engine runs the task when its fingerprint is unknown.

export interface ExecOptions {
  /** Bytes for standard input; default: nothing (end of file at once). */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Variables added to the clean environment that tools get (PATH, HOME in scratch, LC_ALL=C, TZ=UTC, and what the stage declares). */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder to run in, inside of scratch; default scratch itself. */
  readonly cwd?: string;
  /** Exit statuses that mean success; default `[0]`. */
  readonly exits?: readonly number[];
  /** Writes standard output to this file in scratch instead of keeping it in memory. */
  readonly stdoutFile?: string;
  /** Secrets given as file descriptors 3, 4, ... in this order. */
  readonly secretFds?: readonly Secret[];
}

export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A running tool whose standard output is consumed as a stream. */
export interface ExecStream {
  readonly stdout: AsyncIterable<Uint8Array>;
  /** Settles when the tool has ended; rejects as `exec` does. Await it after the stream is read. */
  readonly done: Promise<ExecResult>;
}

export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

export interface StageContext<I extends Ports, O extends Kinds, S extends Schema, P> {
  readonly inputs: RunInputs<I>;
  readonly options: Out<S>;
  /** The plugin's own parsed options. */
  readonly plugin: P;
  readonly platform: Platform;
  /** Stores an output. `path`: a file or folder in scratch; for external kinds the locator that its store imports. */
  readonly emit: { readonly [K in keyof O]: (path: string, meta: MetaOf<O[K]>) => Promise<Emitted<O[K]>> };
  /** Empty, private, removed afterwards. */
  readonly scratch: string;
  /** Runs a declared tool and collects its output. Rejects with a task failure that shows the last lines when it does not end well. */
  readonly exec: (tool: string, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>;
  /** Runs a declared tool and streams its standard output. */
  readonly execStream: (tool: string, args: readonly string[], options?: Omit<ExecOptions, 'stdoutFile'>) => ExecStream;
  /**
   * A file that a declared tool brings (one of its `files`), as a path that can be read here, wherever the tool runs. Throws a TypeError for others.
   */
  readonly toolFile: (file: string) => Promise<string>;
  /** Variables that the plugin passes through from the host (`hostEnv`) and the declared ones (`env`), where set. */
  readonly env: Readonly<Record<string, string>>;
  /** The value of a secret. Whatever is revealed is redacted from logs and errors from then on. */
  readonly reveal: (secret: Secret) => Promise<string>;
  /** The value of a secret as a file in scratch that only the owner can read. */
  readonly secretFile: (secret: Secret) => Promise<string>;
  /** Lines of progress: shown live and kept in the task's log file. */
  readonly log: Log;
  /** Aborts when the run is cancelled. Every wait of a stage must end on it. */
  readonly signal: AbortSignal;
  /** True when the user asked for this task to run although its result is known: then what others made of the same inputs does not count either. */
  readonly forced: boolean;
  /** True for a second build, which is to show whether a first one depended on more than its inputs: what foreign programs keep from build to build must not reach it. */
  readonly repeated: boolean;
  /** Identity of this run of the task, unique on the host: for names in foreign programs (containers), so that leftovers can be found. */
  readonly runId: string;
  /** Time in seconds since 1970 that goes into outputs: the config's `sourceDateEpoch`, which is part of the fingerprint. */
  readonly sourceDateEpoch: number;
}

/** Which capacity a running task takes: `cpu` is bounded by --jobs, others by the config's `resources` (default 2). */
export interface ResourceUse {
  readonly class: string;
  /** Units of the class; default 1, at most the class's capacity. */
  readonly units?: number;
}

// `any` in the defaults: a Stage of unknown ports must accept every concrete stage.
export interface Stage<I extends Ports = any, O extends Kinds = any, S extends Schema = any, P = any> {
  readonly description: string;
  /** Bump when the same inputs may give other bytes. */
  readonly version: number;
  readonly inputs: I;
  readonly outputs: O;
  readonly options: S;
  /** No default: every author decides. */
  readonly cache: 'content' | 'never';
  /** Leaves the machine; implies cache 'never'; runs only when its target was asked for by name. */
  readonly effect?: 'publish';
  /** Looked up by the engine before anything runs; their versions are fingerprinted. */
  readonly tools?: readonly (string | Tool)[];
  /** Variables of the environment that are let through and fingerprinted. */
  readonly env?: readonly string[];
  /** True: the platform is part of the fingerprint. Default false. */
  readonly platform?: boolean;
  /** False: it works on hosts that lack what the plugin's preflight looks for. Default true. */
  readonly preflight?: boolean;
  /** Default `{ class: 'cpu' }`. */
  readonly resource?: ResourceUse;
  /** Secrets without which a task cannot run: one without a value is told before the first task runs. Default: none, it is told when it is read. */
  secrets?(use: { readonly options: Out<S>; readonly plugin: P }): readonly Secret[];
  run(context: StageContext<I, O, S, P>): Promise<{ readonly [K in keyof O]: Emitted<O[K]> }>;
}

/** `createDefineStage(schema)` gives a plugin its own `defineStage`, with `plugin` typed by the plugin's options. */
export function createDefineStage<PS extends Schema>(
  _pluginOptions: PS,
): <const I extends Ports, const O extends Kinds, S extends Schema>(stage: Stage<I, O, S, Out<PS>>) => Stage<I, O, S, Out<PS>> {
  return (stage) => Object.freeze({ ...stage });
}

export type { ArtifactKind };
