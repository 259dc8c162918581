import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import { explainSystemError } from '../errors/explain-system-error.ts';
import type { Pin } from '../model/pin.ts';
import { workspacePath } from '../model/workspace-path.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { OpenBench, PinBench } from '../pins/look-up.ts';
import { pickVariables, toolEnvironment } from '../process/environment.ts';
import { startProcess } from '../process/exec.ts';
import { probeTool } from '../process/find-tool.ts';
import { createToolMemo } from '../process/tool-memo.ts';
import { HostLacksError } from './host-lacks-error.ts';
import { declaredTools, installHint, missingTools, type NeededTool } from './host-tools.ts';
import { layoutOf } from './layout.ts';
import type { ExecuteOptions } from './options.ts';
import { hasPinned, keepPinned } from './pinned-files.ts';
import { registerRun } from './run-registry.ts';
import { readText } from './task-memory.ts';

/**
 * Tools and scratch for looking up pins: those of a run, so that nothing is left behind whatever way it ends. Rejects with a HostLacksError when a declared
 * tool is missing.
 */
export function createPinBench(config: Pick<ResolvedConfig, 'plugins' | 'sourceDateEpoch' | 'workspace'>, options: Pick<ExecuteOptions, 'folder' | 'env' | 'signal'>): OpenBench {
  return async (work) => {
    const layout = layoutOf(options.folder);
    const registered = await registerRun(layout, options.signal);
    const memo = createToolMemo(readText(layout.toolMemo));
    try {
      return await work(async (pluginName, pinName): Promise<PinBench> => {
        const definition = config.plugins.get(pluginName)?.definition;
        const pin = new Map(Object.entries<Pin>(definition?.pins ?? {})).get(pinName);
        const needed: readonly NeededTool[] = await Promise.all(
          declaredTools(pin ?? {}).map(async (tool) => ({ tool, stages: [`${pluginName}.${pinName}`], probe: await probeTool(tool, { path: options.env['PATH'], memo, signal: options.signal }) })),
        );
        const missing = missingTools(needed);
        if (missing.length > 0) throw new HostLacksError(missing);
        const paths = new Map(needed.flatMap(({ tool, probe }) => (probe.found ? [[tool.name, probe.path] as const] : [])));
        const scratch = registered.makeScratch().path;
        return {
          scratch,
          keep: (folder) => keepPinned(layout, { folder, scratch, signal: options.signal }),
          hasFiles: (digest) => hasPinned(layout, digest, options.signal),
          source: (path) => sourceOf(config.workspace, path),
          env: pickVariables(options.env, definition?.hostEnv ?? []),
          exec: async (name, args, given = {}) => {
            const path = paths.get(name);
            if (path === undefined) throw new CosError(undeclared(`${pluginName}.${pinName}`, name, [...paths.keys()]));
            return startProcess({
              name,
              path,
              args,
              cwd: scratch,
              env: toolEnvironment({ toolFolders: [...paths.values()].map(dirname), home: scratch, sourceDateEpoch: config.sourceDateEpoch, variables: given.env ?? {} }),
              ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
              ...(given.exits === undefined ? {} : { exits: given.exits }),
              stdout: 'collect',
              signal: options.signal,
              onStart: registered.noteProcess,
              hint: installHint(needed.find(({ tool }) => tool.name === name)?.tool ?? { name }),
            }).done;
          },
        };
      });
    } finally {
      registered.close();
    }
  };
}

function sourceOf(workspace: string, path: string): string {
  const inside = workspacePath(path);
  const problem = (found: string): CosError => new CosError({ code: 'COS_PLAN_SOURCE', severity: 'error', message: `Expected a path below the workspace; found "${path}": ${found}.`, hint: 'Paths are relative to the folder of the config and use "/".' });
  if (inside === undefined) throw problem('it is absolute or leaves the workspace');
  let real: string;
  try {
    real = realpathSync(join(workspace, inside));
  } catch (error) {
    throw problem(explainSystemError(error));
  }
  const root = realpathSync(workspace);
  if (real !== root && !real.startsWith(`${root}${sep}`)) throw problem('it is a link that leaves the workspace');
  return real;
}

function undeclared(pin: string, name: string, declared: readonly string[]): ConstructorParameters<typeof CosError>[0] {
  return {
    code: 'COS_PLUGIN_TOOL_UNDECLARED',
    severity: 'error',
    message: `The pin \`${pin}\` started \`${name}\`, which is not among its \`tools\`.`,
    notes: [{ message: declared.length > 0 ? `declared: ${declared.join(', ')}` : 'it declares no tools' }],
    hint: "This is a mistake in the plugin's code.",
  };
}
