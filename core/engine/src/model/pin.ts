import type { Diagnostic } from '../errors/diagnostic.ts';
import type { HostContext } from './plugin.ts';
import type { In, Out, Schema } from './schema.ts';
import type { ExecOptions, ExecResult } from './stage.ts';
import type { Tool } from './tool.ts';

// A pin says what a name of the outside means: the digest of a tag, the versions of packages. The answer is kept in `cos.lock`; planning reads only the lock,
// and what is missing there is looked up by the sync step before planning goes on.

export interface PinContext<P, A, D> extends HostContext<P> {
  /** What the call says beside the request; undefined for a pin without `details`. */
  readonly details: D;
  /** What cos.lock has for the request. An answer that means the same should be this one, so that the file differs only where something changed. */
  readonly previous: A | undefined;
  /** Runs a declared tool and collects its output. Rejects with a failure that shows the last lines when it does not end well. */
  readonly exec: (tool: string, args: readonly string[], options?: Pick<ExecOptions, 'stdin' | 'env' | 'exits'>) => Promise<ExecResult>;
  /** Empty, private, removed afterwards. */
  readonly scratch: string;
  /** Absolute path of a file or folder of the workspace. Throws COS_PLAN_SOURCE when it is not there or lies outside. Its content does not make an answer stale. */
  readonly source: (path: string) => string;
  /** Keeps a folder of `scratch` below the cache folder and answers its digest, which belongs into the answer. The folder is gone from `scratch` then. */
  readonly keep: (folder: string) => Promise<string>;
  /** Tells something that does not keep the answer from being used. */
  readonly warn: (problem: Omit<Diagnostic, 'severity'>) => void;
}

/** Files that an answer stands for. Planners find their folder by the digest (`pinned`), and what lies in it can be a source. */
export interface PinFiles<P, A, D> {
  /** As `keep` gave it. */
  readonly digestOf: (answer: A) => string;
  /**
   * Brings the files to a machine that does not have them, or no longer as they were: keeps a folder of that very digest, or throws. Called with `--frozen`,
   * too.
   */
  bring(request: string, answer: A, context: PinContext<P, A, D>): Promise<void>;
}

// `any` in the defaults: a Pin of unknown schemas must accept every concrete one.
export interface Pin<P = any, A extends Schema = any, D extends Schema | undefined = any> {
  readonly description: string;
  /** The form of an answer. What stands in cos.lock is checked by it, because people edit files. */
  readonly answer: A;
  /** The form of what a call says beside the request. An answer counts only for the details that it was looked up with. Default: nothing. */
  readonly details?: D;
  /**
   * An answer to plan on with where looking up is forbidden, so that all missing pins are told at once; no plan ever has it. Default: the first missing pin
   * ends the `plan` function.
   */
  readonly placeholder?: In<A>;
  /** Executables that `resolve` may start. */
  readonly tools?: readonly (string | Tool)[];
  /** Default: the answer is all that there is. */
  readonly files?: PinFiles<P, Out<A>, D extends Schema ? Out<D> : undefined>;
  /** Looks the request up. This may use the network. */
  resolve(request: string, context: PinContext<P, Out<A>, D extends Schema ? Out<D> : undefined>): Promise<In<A>>;
}

/** `createDefinePin(schema)` gives a plugin its own `definePin`, with `plugin` typed by the plugin's options. */
export function createDefinePin<PS extends Schema>(_pluginOptions: PS): <A extends Schema, D extends Schema | undefined = undefined>(pin: Pin<Out<PS>, A, D>) => Pin<Out<PS>, A, D> {
  return (pin) => Object.freeze({ ...pin });
}

/** Answers what `cos.lock` says; the engine syncs first when the lock does not know the request. */
export type PinCall<T> = T extends Pin<any, infer A, infer D> ? (D extends Schema ? (request: string, details: In<D>) => Out<A> : (request: string) => Out<A>) : never;

/** What a command asks of a pin. */
export type PinQuestion<D extends Schema | undefined = any> = D extends Schema ? { readonly request: string; readonly details: In<D> } : { readonly request: string };

export interface PinnedAnswer<A = any> {
  readonly answer: A;
  /** Absolute path of the files that the answer stands for, which were compared with their digest; undefined when it stands for none. */
  readonly folder: string | undefined;
}
