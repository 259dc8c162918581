import type { ResolvedPlugin } from '../config/resolved-config.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { at } from '../errors/place.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import type { Port } from '../model/port.ts';
import type { Stage } from '../model/stage.ts';

/** The artifact kinds that the stages of the configured plugins name. Two plugins may bring the same kind; they must mean the same by it. */
export function collectKinds(plugins: Iterable<ResolvedPlugin>, report: (diagnostic: Diagnostic) => void): ReadonlyMap<string, ArtifactKind> {
  const kinds = new Map<string, { readonly kind: ArtifactKind; readonly plugin: string }>();
  for (const { definition, declaredAt } of plugins) {
    for (const stage of Object.values<Stage>(definition.stages ?? {})) {
      const ports = Object.values<Port>(stage.inputs).map((port) => port.kind);
      for (const kind of [...ports, ...Object.values<ArtifactKind>(stage.outputs)]) {
        const known = kinds.get(kind.name);
        if (known === undefined) kinds.set(kind.name, { kind, plugin: definition.name });
        else if (known.kind.storage !== kind.storage || (known.kind.profile ?? 'source') !== (kind.profile ?? 'source')) {
          report({
            code: 'COS_PLUGIN_KIND_CONFLICT',
            severity: 'error',
            message: `Plugins "${known.plugin}" and "${definition.name}" mean different things by the artifact kind "${kind.name}": storage ${known.kind.storage} and ${kind.storage}.`,
            ...at(declaredAt),
            hint: 'Use versions of the plugins that fit together.',
          });
        }
      }
    }
  }
  return new Map([...kinds].map(([name, { kind }]) => [name, kind]));
}
