import type { Diagnostic } from '../errors/diagnostic.ts';
import type { HostContext } from '../model/plugin.ts';
import type { Bindings } from '../plan/bindings.ts';
import { pickVariables } from '../process/environment.ts';
import { isAlive } from '../process/liveness.ts';
import { callPlugin } from './plugin-error.ts';
import { HostLacksError } from './host-lacks-error.ts';

/** Sweeps and checks the host for a plugin, once, when the first of its tasks is going to run. */
export function createPreparer(bindings: Bindings, env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): (plugin: string) => Promise<void> {
  const prepared = new Map<string, Promise<void>>();
  const prepare = async (name: string): Promise<void> => {
    const { definition, options } = bindings.plugin(name);
    const context: HostContext<unknown> = { plugin: options, env: pickVariables(env, definition.hostEnv ?? []), signal };
    const problems = (await callPlugin(`\`preflight\` of plugin \`${name}\``, () => definition.preflight?.(context))) ?? [];
    if (problems.length > 0) {
      throw new HostLacksError(problems.map(({ message, hint }): Diagnostic => ({ code: 'COS_PLUGIN_PREFLIGHT', severity: 'error', message, notes: [{ message: `needed by plugin ${name}` }], hint })));
    }
    // A host that the plugin cannot work on has nothing of it to remove, hence after preflight.
    await callPlugin(`\`sweep\` of plugin \`${name}\``, () => definition.sweep?.({ ...context, isAlive }));
  };
  return (name) => {
    const known = prepared.get(name) ?? prepare(name);
    prepared.set(name, known);
    return known;
  };
}
