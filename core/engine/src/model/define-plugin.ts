import { callerOf } from '../errors/caller.ts';
import type { Pin } from './pin.ts';
import type { Plugin, PluginDefinition } from './plugin.ts';
import type { Planner } from './planner.ts';
import type { In, Schema } from './schema.ts';
import type { Stage } from './stage.ts';

/**
 * Defines a plugin. The result is a function of the plugin's options that the config calls; options are checked when the config is loaded, so that
 * all mistakes are shown together.
 */
export function definePlugin<
  const N extends string,
  PS extends Schema,
  St extends Record<string, Stage> = {},
  Pl extends Record<string, Planner> = {},
  Pi extends Record<string, Pin> = {},
>(
  definition: PluginDefinition<N, PS, St, Pl, Pi>,
): {} extends In<PS> ? (options?: In<PS>) => Plugin<N, St, Pl, Pi> : (options: In<PS>) => Plugin<N, St, Pl, Pi> {
  const configure = (options?: In<PS>): Plugin<N, St, Pl, Pi> =>
    Object.freeze({
      name: definition.name,
      // Absent parts are empty, which the defaults of St, Pl and Pi say in the types.
      stages: (definition.stages ?? {}) as St,
      planners: (definition.planners ?? {}) as Pl,
      pins: (definition.pins ?? {}) as Pi,
      definition,
      given: options,
      declaredAt: callerOf(configure),
    });
  return configure;
}
