import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Command, CommandTools } from '../model/plugin.ts';
import { toolEnvironment } from '../process/environment.ts';
import { startProcess, type RunningProcess } from '../process/exec.ts';
import { probeTool } from '../process/find-tool.ts';
import { createToolMemo } from '../process/tool-memo.ts';
import { HostLacksError } from './host-lacks-error.ts';
import { declaredTools, installHint, missingTools, type FoundTool, type NeededTool } from './host-tools.ts';
import { layoutOf } from './layout.ts';
import type { ExecuteOptions } from './options.ts';
import { registerRun } from './run-registry.ts';
import { folderInScratch, pathInScratch } from './scratch-path.ts';
import { readText } from './task-memory.ts';

export interface CommandBenchRequest {
  readonly config: Pick<ResolvedConfig, 'sourceDateEpoch'>;
  /** `name`: that of the command. */
  readonly command: Pick<Command, 'tools'> & { readonly name: string; readonly plugin: string };
  readonly options: Pick<ExecuteOptions, 'folder' | 'env' | 'signal' | 'openToolchain' | 'offersToolchain'>;
  /** Gets lines of progress, where tools have to be got first. */
  readonly tell: (line: string) => void;
}

export interface CommandBench {
  readonly tools: CommandTools;
  readonly close: () => void;
}

/** The tools that a command declares, where those of stages would run, and scratch of a run. Rejects with a HostLacksError when one is missing. */
export async function openCommandBench({ config, command, options, tell }: CommandBenchRequest): Promise<CommandBench> {
  const { env: variables, signal } = options;
  const layout = layoutOf(options.folder);
  const registered = await registerRun(layout, signal);
  try {
    const memo = createToolMemo(readText(layout.toolMemo));
    const declared = declaredTools(command);
    const toolchain = await options.openToolchain?.({ memo, tell, signal, stages: [{ plugin: command.plugin, stage: command }] });
    const serves = toolchain?.serves(command.plugin, declared) === true;
    const needed = await Promise.all(
      declared.map(async (tool): Promise<NeededTool> => ({ tool, stages: [`cos ${command.name}`], probe: await (toolchain !== undefined && serves ? toolchain.probe(tool) : probeTool(tool, { path: variables['PATH'], memo, signal })), ...(serves && toolchain !== undefined ? { place: toolchain.toolchain.about } : {}) })),
    );
    const missing = missingTools(needed, options.offersToolchain);
    if (missing.length > 0) throw new HostLacksError(missing);
    const found = new Map(needed.flatMap(({ tool, probe }) => (probe.found ? [[tool.name, { tool, probe }] as const] : [])));
    const scratch = registered.makeScratch().path;

    const start: (...call: Parameters<CommandTools['exec']>) => RunningProcess = (name, args, given = {}) => {
      const known = found.get(name);
      if (known === undefined) throw new CosError({ code: 'COS_PLUGIN_TOOL_UNDECLARED', severity: 'error', message: `The command \`${command.name}\` started \`${name}\`, which is not among its \`tools\`.`, hint: "This is a mistake in the plugin's code." });
      const { path, toolchain: place }: FoundTool = known.probe;
      const cwd = folderInScratch(scratch, given.cwd ?? '.', 'cwd');
      const env = toolEnvironment({ toolFolders: place === undefined ? [dirname(path)] : [], home: scratch, sourceDateEpoch: config.sourceDateEpoch, variables: given.env ?? {} });
      return startProcess({
        name,
        path,
        args,
        cwd,
        env,
        ...(place === undefined ? {} : { via: place.command({ path, cwd, env, writable: [realpathSync(scratch)], runId: registered.runId }) }),
        stdout: given.stdoutFile === undefined ? 'collect' : { file: pathInScratch(scratch, given.stdoutFile, 'stdoutFile') },
        ...(given.exits === undefined ? {} : { exits: given.exits }),
        signal,
        onStart: registered.noteProcess,
        hint: installHint(known.tool),
      });
    };
    return { tools: { scratch, exec: async (name, args, given) => start(name, args, given).done }, close: registered.close };
  } catch (error) {
    registered.close();
    throw error;
  }
}
