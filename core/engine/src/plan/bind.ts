import type { ResolvedConfig } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import type { TaskKey } from '../model/identity.ts';
import type { Stage } from '../model/stage.ts';
import type { Bindings } from './bindings.ts';
import { openStores } from './stores.ts';

/** Joins the data of a plan with the code of its stages, their parsed options and the stores, which are made on first use. */
export function createBindings(
  config: ResolvedConfig,
  kinds: ReadonlyMap<string, ArtifactKind>,
  options: ReadonlyMap<TaskKey, unknown>,
  env: Readonly<Record<string, string | undefined>>,
): Bindings {
  const storeOf = openStores(config, env);
  const plugin: Bindings['plugin'] = (name) => {
    const found = config.plugins.get(name);
    if (found === undefined) throw new Error(`Internal error: the plan names the plugin ${name}, which is not configured`);
    return found;
  };
  return {
    plugin,
    stage: (task) => {
      const stages = new Map(Object.entries<Stage>(plugin(task.plugin).definition.stages ?? {}));
      const stage = stages.get(task.stage);
      if (stage === undefined) throw new Error(`Internal error: plugin ${task.plugin} has no stage ${task.stage}`);
      return stage;
    },
    options: (task) => options.get(task),
    kind: (name) => {
      const kind = kinds.get(name);
      if (kind === undefined) throw new Error(`Internal error: no stage names the artifact kind ${name}`);
      return kind;
    },
    store: (kind) => {
      const store = storeOf(kind);
      if (store !== undefined) return store;
      throw new CosError({
        code: 'COS_STORE_MISSING',
        severity: 'error',
        message: `No configured plugin keeps artifacts of the kind "${kind}".`,
        hint: 'Add a plugin that brings a store for it: docker-build keeps container images.',
      });
    },
  };
}
