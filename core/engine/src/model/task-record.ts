import type { Digest } from './identity.ts';
import type { JsonObject } from './json.ts';

// The readable form of a fingerprint. Each field is in because a change of it can change the bytes of the outputs.

export interface RecordedInput {
  readonly kind: string;
  readonly digest: Digest;
  /** Where it came from: a workspace path or `task key:output`. Shown by `cos why`, not part of the fingerprint: equal bytes are equal inputs. */
  readonly from: string;
}

export interface TaskRecord {
  /** Version of this form; a change of the encoding changes it. */
  readonly format: 1;
  readonly plugin: string;
  readonly stage: string;
  readonly stageVersion: number;
  readonly options: JsonObject;
  /** The plugin's options without its `hostOptions`. */
  readonly pluginOptions: JsonObject;
  /** Ports in declared order; the order of artifacts counts. */
  readonly inputs: Readonly<Record<string, readonly RecordedInput[]>>;
  readonly tools: Readonly<Record<string, string>>;
  /** Declared variables; null when unset. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Null unless the stage declares that it depends on the platform. */
  readonly platform: string | null;
  readonly sourceDateEpoch: number;
}
