import type { ResolvedConfig, Variant } from '../config/resolved-config.ts';
import type { Diagnostic, Origin } from '../errors/diagnostic.ts';
import { artifactRef, type ArtifactKind, type ArtifactRef } from '../model/artifact.ts';
import type { Emit } from '../model/event.ts';
import type { TaskKey } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { PlannedPort, PlannerRun, RunMode } from '../model/plan.ts';
import type { Stage } from '../model/stage.ts';
import type { Lock } from '../pins/lock.ts';
import type { MissingPin, PinRequest } from '../pins/read-pin.ts';
import type { PlannerMemo } from './planner-call.ts';

/** A stage call before its options are checked. */
export interface DraftCall {
  readonly key: TaskKey;
  readonly plugin: string;
  readonly stageName: string;
  readonly stage: Stage;
  readonly name: string;
  readonly variant: Variant;
  readonly site: string | undefined;
  readonly inputs: Readonly<Record<string, PlannedPort>>;
  /** Settles when the options are checked; undefined after a problem, which is reported. */
  readonly options: Promise<{ readonly parsed: unknown; readonly plain: JsonObject } | undefined>;
  readonly run: RunMode;
  readonly origins: Readonly<Record<string, Origin>>;
}

/** What planning collects while the targets' `plan` functions run. One draft for the whole request. */
export interface Draft {
  readonly config: ResolvedConfig;
  readonly lock: Lock;
  readonly emit: Emit;
  readonly memo: PlannerMemo;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly calls: DraftCall[];
  /** Workspace paths of sources with the place of a call. */
  readonly sources: Map<string, string | undefined>;
  readonly reads: Set<string>;
  readonly planners: Map<string, PlannerRun>;
  /** Variables that planners declare. */
  readonly variables: Set<string>;
  /** Pins that were asked, by key. */
  readonly pins: Map<string, PinRequest>;
  /** Files of pins that can be read. */
  readonly hasFiles: (digest: string) => boolean;
  readonly missingPins: Map<string, MissingPin>;
  /** Nothing is looked up: planning goes on where it can, to find everything that is missing. */
  readonly frozen: boolean;
  /** Told when a `plan` function did not come to an end of its own, so that it might have asked for more. */
  readonly cutShort: () => void;
  readonly isCutShort: () => boolean;
  readonly diagnostics: Diagnostic[];
  readonly report: (diagnostic: Diagnostic) => void;
  /** Makes a reference that belongs to this plan. */
  readonly refer: <K extends ArtifactKind>(kind: K, producer: TaskKey | undefined, output: string) => ArtifactRef<K>;
  readonly owns: (ref: unknown) => ref is ArtifactRef;
}

export function createDraft(parts: Pick<Draft, 'config' | 'lock' | 'hasFiles' | 'frozen' | 'emit' | 'memo' | 'env'>): Draft {
  const diagnostics: Diagnostic[] = [];
  const seen = new Set<string>();
  const refs = new WeakSet<object>();
  let isCutShort = false;
  return {
    ...parts,
    calls: [],
    sources: new Map(),
    reads: new Set(),
    planners: new Map(),
    variables: new Set(),
    pins: new Map(),
    missingPins: new Map(),
    cutShort: () => {
      isCutShort = true;
    },
    isCutShort: () => isCutShort,
    diagnostics,
    report: (diagnostic) => {
      // A target is planned once for each variant: one problem is told once.
      const text = JSON.stringify(diagnostic);
      if (!seen.has(text)) diagnostics.push(diagnostic);
      seen.add(text);
    },
    refer: (kind, producer, output) => {
      const ref = artifactRef(kind, producer, output);
      refs.add(ref);
      return ref;
    },
    owns: (ref): ref is ArtifactRef => typeof ref === 'object' && ref !== null && refs.has(ref),
  };
}
