import type { TaskRecord } from './task-record.ts';
import { defineArtifact, noMeta } from './artifact.ts';
import type { Digest, Fingerprint, TaskKey } from './identity.ts';

// How an artifact came to be, as data: the records of its task and of every task that this one stands on, down to the sources.

/** One task on the way. */
export interface ProvenanceStep {
  readonly task: TaskKey;
  readonly fingerprint: Fingerprint;
  /** All that the task read. `inputs` name the steps and sources that they came from. */
  readonly record: TaskRecord;
  /** By name: what it made. */
  readonly outputs: Readonly<Record<string, { readonly kind: string; readonly digest: Digest }>>;
}

/** The content of an artifact of the kind {@link buildProvenance}, as JSON with sorted keys. No times, no paths of the host. */
export interface BuildProvenance {
  readonly format: 1;
  readonly artifact: {
    readonly kind: string;
    readonly digest: Digest;
    /** `task key:output`, or the workspace path of a source. */
    readonly from: string;
  };
  /** Each after what it reads. */
  readonly steps: readonly ProvenanceStep[];
  /** Files and folders of the workspace, by workspace path: the digest of their content. */
  readonly sources: Readonly<Record<string, Digest>>;
}

/** A {@link BuildProvenance} in a file. */
export const buildProvenance = defineArtifact({ name: 'build-provenance', storage: 'file', meta: noMeta });
export type BuildProvenanceKind = typeof buildProvenance;
