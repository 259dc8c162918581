import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { ArtifactStore } from '../model/artifact.ts';
import { pickEnv } from './host-env.ts';

/** Answers the store of an external kind, or undefined; the plugins make their stores when the first one is asked for. */
export function openStores(config: ResolvedConfig, env: Readonly<Record<string, string | undefined>>): (kind: string) => ArtifactStore | undefined {
  let stores: ReadonlyMap<string, ArtifactStore> | undefined;
  return (kind) => {
    stores ??= new Map(
      [...config.plugins.values()]
        .filter(({ broken }) => !broken)
        .flatMap(({ definition, options }) => (definition.createStores?.({ plugin: options, env: pickEnv(definition.hostEnv, env) }) ?? []).map((store) => [store.kind, store] as const)),
    );
    return stores.get(kind);
  };
}
