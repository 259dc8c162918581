import type { ArtifactKind, ArtifactStore } from '../model/artifact.ts';
import type { TaskKey } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { PluginDefinition } from '../model/plugin.ts';
import type { Stage } from '../model/stage.ts';

// What a plan needs beside its data: the code of stages, the parsed options, the stores. Lives only in memory.

export interface BoundPlugin {
  readonly definition: PluginDefinition;
  /** Parsed options, as stages see them. */
  readonly options: unknown;
  /** The part that enters fingerprints: without `hostOptions`, secrets by name. */
  readonly recorded: JsonObject;
}

export interface Bindings {
  readonly stage: (task: PlannedTask) => Stage;
  /** Parsed options of a task, as its stage sees them (secrets as Secret values). */
  readonly options: (task: TaskKey) => unknown;
  readonly plugin: (name: string) => BoundPlugin;
  readonly kind: (name: string) => ArtifactKind;
  /** The store of an `external` kind; made on first use. */
  readonly store: (kind: string) => ArtifactStore;
}
