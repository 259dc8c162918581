import type { JsonObject, Json } from './json.ts';
import type { Digest, TaskKey } from './identity.ts';
import type { BuildProvenance } from './provenance.ts';

// A second build of something that was built before: everything on the way is made again, so that it can be compared with what there was.

export interface RepetitionRequest {
  readonly target: string;
  /** Parameters of the target; default none. */
  readonly parameters?: Readonly<Record<string, Json>>;
  /** The derivative whose artifact it is, and its platform. */
  readonly derivative: string;
  readonly platform: string;
  /** The artifact that is made: `task key:output`. Of the target's plan only what this one needs is done. */
  readonly artifact: string;
  /** Contents of stores (images) that were there before. Others that the repetition makes are forgotten with it, unless the workspace's cache has them. */
  readonly known: ReadonlySet<Digest>;
}

/** What a task is asked to do, apart from its inputs. */
export interface RepeatedRequest {
  readonly task: TaskKey;
  readonly stageVersion: number;
  readonly options: JsonObject;
  readonly pluginOptions: JsonObject;
  /** Declared variables; null when unset. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly platform: string | null;
}

/** A planned repetition. It is there until the command ends, and nothing of it afterwards. */
export interface Repetition {
  /** Sources by workspace path, without those that decide nothing. */
  readonly sources: Readonly<Record<string, Digest>>;
  /** The tasks on the way, each after what it reads. */
  readonly requests: readonly RepeatedRequest[];
  readonly sourceDateEpoch: number;
  /** Versions of tools by name, sorted: several where stages run them in several places. */
  readonly tools: Readonly<Record<string, readonly string[]>>;
  /** The digest that a file or folder would have as the artifact. Rejects with a CosError when it cannot be read. */
  readonly digestOf: (path: string) => Promise<Digest>;
  /**
   * Makes everything, with an empty cache: no result of an earlier run counts, none of a shared cache, and no layer that a container engine remembers. Pins stay
   * what cos.lock says. `keep`: an absolute path at which the artifact is left. The progress goes to standard error.
   */
  readonly build: (options: { readonly keep?: string }) => Promise<Repeated>;
  /** What the workspace's own cache, or a store, still has of a digest. */
  readonly kept: (kind: string, digest: Digest) => Promise<Content | undefined>;
}

/** `failed`: the exit code that a run would have; what went wrong has been told. */
export type Repeated = { readonly end: 'failed'; readonly exitCode: number } | { readonly end: 'built'; readonly provenance: BuildProvenance; readonly made: Repetition['kept'] };

/** Bytes of an artifact: a file or folder, or, of kinds whose bytes lie in a store, what the store lists of it. */
export type Content = { readonly path: string } | { readonly list: () => AsyncIterable<Uint8Array> };
