import type { Diagnostic, Origin } from '../errors/diagnostic.ts';
import type { ArtifactKind, ArtifactRef, ArtifactStore } from './artifact.ts';
import type { Target } from './config.ts';
import type { Declared } from './declaration.ts';
import type { Derivative, UpstreamRepository } from './distribution.ts';
import type { Json } from './json.ts';
import type { Parameters, ParameterValues } from './parameter.ts';
import type { Pin, PinCall, PinnedAnswer, PinQuestion } from './pin.ts';
import type { RunMode } from './plan.ts';
import type { Planner } from './planner.ts';
import type { In, Out, Schema } from './schema.ts';
import type { Secret } from './secret.ts';
import type { Repetition, RepetitionRequest } from './repetition.ts';
import type { ExecOptions, ExecResult, Log, Stage } from './stage.ts';
import type { Tool } from './tool.ts';
import type { PlanInputs } from './port.ts';
import type { Toolchain, ToolchainContext } from './toolchain.ts';

// A plugin contributes stages, planners, stores, pins and commands. The engine never asks for one by name.

/** What a plugin may use of the host outside of a task. */
export interface HostContext<P> {
  readonly plugin: P;
  /** Variables of `hostEnv` that are set; for a command also those that it declares. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A problem that preflight found: the host lacks something (exit code 3). */
export interface PreflightProblem {
  readonly message: string;
  readonly hint: string;
}

export interface CommandContext<P, Pa extends Parameters> extends HostContext<P> {
  readonly args: ParameterValues<Pa>;
  /** The folder of the config; without one the folder where the command was called. Absolute. */
  readonly workspace: string;
  /** The folder where the command was called: paths of the command line are relative to it. Absolute. */
  readonly cwd: string;
  /** Prints a line of the command's result to standard output. */
  readonly print: (line: string) => void;
  readonly log: Log;
  /** Shows problems as those of cos itself are shown, on standard error. The exit code stays the handler's; 2 is for a wrong request. */
  readonly tell: (problems: readonly Diagnostic[]) => void;
  readonly reveal: (secret: Secret) => Promise<string>;
  /** Plans and runs a target with parameters, and answers the published paths of its named outputs (absolute). Rejects when the run fails. */
  readonly run: (target: string, parameters?: Readonly<Record<string, Json>>) => Promise<Readonly<Record<string, string>>>;
  /** Plans a second build of an artifact, which takes nothing from earlier ones. Rejects with everything that keeps it from being planned. */
  readonly repeat: (request: RepetitionRequest) => Promise<Repetition>;
  /** Finds the tools that the command declares. Rejects when one is missing, and the command ends with exit code 3. */
  readonly openTools: () => Promise<CommandTools>;
  /** What `--set` says, by itself. Values of derivatives have it. */
  readonly set: Readonly<Record<string, unknown>>;
  /** The derivatives of the config, each on each of its platforms. None without a config. */
  readonly derivatives: readonly CommandDerivative[];
  /**
   * What cos.lock says to a pin of this plugin, in the order of the requests. Nothing is looked up; only files that answers stand for are brought when they are not here.
   * Rejects with everything that has no answer.
   */
  readonly readPins: <A extends Schema, D extends Schema | undefined>(pin: Pin<unknown, A, D>, requests: readonly PinQuestion<D>[]) => Promise<readonly PinnedAnswer<Out<A>>[]>;
}

export interface CommandTools {
  /** Empty, private, removed when the command ends. */
  readonly scratch: string;
  /** Runs a declared tool and collects its output. Rejects with a failure that shows the last lines when it does not end well. */
  readonly exec: (tool: string, args: readonly string[], options?: Pick<ExecOptions, 'env' | 'cwd' | 'exits' | 'stdoutFile'>) => Promise<ExecResult>;
}

/** A derivative on a platform, as commands see it. */
export interface CommandDerivative {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly platform: string;
  /** After overlaying. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly trees: readonly string[];
  readonly referenceTrees: readonly string[];
  /** Those of its platform. */
  readonly repositories: readonly UpstreamRepository[];
  readonly packages: readonly Declared[];
}

/** A run that is done in a command's place, as `cos run` does it: its reporter has standard output, its exit code is the command's. */
export interface RunRequest {
  /** A target of the config by its name, or one that the command brings, with the name that messages call it by. */
  readonly target: string | { readonly name: string; readonly target: Target };
  readonly parameters?: Readonly<Record<string, Json>>;
  /** Instead of the derivatives of the config; paths are relative to the workspace. */
  readonly derivatives?: readonly Derivative[];
  /** Values files, overlaid as `--values` overlays them; relative to the folder where the command was called. */
  readonly values?: readonly string[];
  /** As `--platform` selects them; default: all. */
  readonly platforms?: readonly string[];
  /** Folder of the named outputs instead of the one of the config; absolute, or relative to the folder where the command was called. */
  readonly outDir?: string;
  /** True: nothing runs, it is told what would. Default: as the flag `--dry-run` says. */
  readonly dryRun?: boolean;
}

/** A subcommand of `cos`. The handler's number is the exit code; undefined means 0. */
export interface Command<P = any, Pa extends Parameters = any> {
  readonly description: string;
  /** `optional`: the command can be called where no config is, and finds no derivatives then. Default `required`. */
  readonly config?: 'required' | 'optional';
  /** True: the command takes the flags of `cos run`, for the run that it answers. Default false. */
  readonly runs?: boolean;
  /** Flags that users may expect from a program that they know, each with what to write instead: the hint when one is given. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly parameters: Pa;
  /** Variables of the environment that it may look at beside those of `hostEnv`, by name or by the plugin's options and the arguments. */
  readonly env?: readonly string[] | ((plugin: P, args: ParameterValues<Pa>) => readonly string[]);
  /** Tools that it may start. Default none. */
  readonly tools?: readonly (string | Tool)[];
  /** The exit code for expected problems that the handler throws: 2 where 1 says something else, as with diff(1). Default 1. */
  readonly failure?: 1 | 2;
  handle(context: CommandContext<P, Pa>): Promise<number | void | RunRequest>;
}

/** Types a command's arguments by its parameters. */
export function defineCommand<const Pa extends Parameters, P = unknown>(command: Command<P, Pa>): Command<P, Pa> {
  return Object.freeze({ ...command });
}

/** A configured plugin, as it stands in `plugins` of the config. */
export interface Plugin<N extends string = string, St = {}, Pl = {}, Pi = {}> {
  readonly name: N;
  readonly stages: St;
  readonly planners: Pl;
  readonly pins: Pi;
  readonly definition: PluginDefinition;
  /** The options as the user wrote them; checked when the config is loaded. */
  readonly given: unknown;
  /** Where the config calls the plugin: `file:line:column`, for messages. */
  readonly declaredAt: string | undefined;
}

export interface PluginDefinition<N extends string = string, PS extends Schema = any, St extends Record<string, Stage> = any, Pl extends Record<string, Planner> = any, Pi extends Record<string, Pin> = any> {
  readonly name: N;
  readonly apiVersion: 1;
  readonly options: PS;
  /** Options that do not enter fingerprints because they do not change bytes (folders, sockets, credentials). */
  readonly hostOptions?: readonly (keyof Out<PS> & string)[];
  /** Variables of the environment that pass through without being fingerprinted (DOCKER_HOST, proxies). */
  readonly hostEnv?: readonly string[];
  readonly stages?: St;
  readonly planners?: Pl;
  readonly pins?: Pi;
  readonly commands?: Readonly<Record<string, Command<Out<PS>>>>;
  /** The plugin's own codes with their meaning in one line, each `COS_<AREA>_<PROBLEM>`. */
  readonly codes?: Readonly<Record<string, string>>;
  createStores?(context: Omit<HostContext<Out<PS>>, 'signal'>): readonly ArtifactStore[];
  /** Can this plugin work on this host? Called only when a task of the plugin is going to run. */
  preflight?(context: HostContext<Out<PS>>): Promise<readonly PreflightProblem[]>;
  /** One line for `cos doctor` on what the plugin found on the host, asked only when preflight has no problem. Default: that it can work. */
  about?(context: HostContext<Out<PS>>): Promise<string>;
  /**
   * Makes, or finds, the place where tools of other plugins' stages run when the config says `engine: { toolchain: 'container' }`. Called once a run, before
   * anything else runs.
   */
  createToolchain?(context: ToolchainContext<Out<PS>>): Promise<Toolchain>;
  /** Removes what a killed run left in foreign programs (containers of dead runs). Called before the first task of the plugin runs. */
  sweep?(context: HostContext<Out<PS>> & { readonly isAlive: (runId: string) => boolean }): Promise<void>;
}

type StageOptions<S extends Schema> = {} extends In<S> ? { readonly options?: In<S> } : { readonly options: In<S> };

/** What a call says beside inputs and options; none of it is part of the fingerprint. */
interface CallNotes {
  /** Default `needed`. Of two calls of one task the stronger counts: `always`, then `needed`. */
  readonly run?: RunMode;
  /** Where parts of what the task reads were written: failures that name such a part (`Diagnostic.part`) show it. */
  readonly origins?: Readonly<Record<string, Origin>>;
}

/** In `targets`, calling a stage adds one task to the plan and returns its outputs. */
export type StageCall<T> = T extends Stage<infer I, infer O, infer S, any>
  ? (call: { readonly name: string; readonly inputs: PlanInputs<I> } & StageOptions<S> & CallNotes) => { readonly [K in keyof O]: ArtifactRef<O[K] extends ArtifactKind ? O[K] : never> }
  : never;
export type PlannerCall<T> = T extends Planner<infer S, infer R, any> ? (options: In<S>) => Promise<R> : never;

export type CallsOf<P> = P extends Plugin<string, infer St, infer Pl, infer Pi>
  ? { readonly [K in keyof St]: StageCall<St[K]> } & { readonly [K in keyof Pl]: PlannerCall<Pl[K]> } & { readonly [K in keyof Pi]: PinCall<Pi[K]> }
  : never;
