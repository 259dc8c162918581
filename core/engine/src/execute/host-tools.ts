import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Tool } from '../model/tool.ts';
import type { Toolchain } from '../model/toolchain.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { packageOf, probeTool, type ToolProbe } from '../process/find-tool.ts';
import type { ToolMemo } from '../process/tool-memo.ts';
import type { ReadyToolchain } from './ready-toolchain.ts';

// The tools that the stages of a plan declare, looked up before anything runs: what is missing is told in one list.

/** A tool that is there; with `toolchain`, inside of that. */
export type FoundTool = Extract<ToolProbe, { found: true }> & { readonly toolchain?: Toolchain };

export type FoundOrNot = FoundTool | Extract<ToolProbe, { found: false }>;

/** A tool, the stages (`plugin.stage`) that declare it, and what the host has. */
export interface NeededTool {
  readonly tool: Tool;
  readonly stages: readonly string[];
  readonly probe: FoundOrNot;
  /** What it was looked for in; default: the host. */
  readonly place?: string;
}

/** Every declaration of a stage in the long form. */
export function declaredTools(stage: { readonly tools?: readonly (string | Tool)[] }): readonly Tool[] {
  return (stage.tools ?? []).map((tool) => (typeof tool === 'string' ? { name: tool } : tool));
}

/** Looks up what the stages of these tasks need, each stage once. */
export async function probeTools(tasks: readonly PlannedTask[], bindings: Bindings, host: { readonly path: string | undefined; readonly memo: ToolMemo; readonly signal: AbortSignal; readonly toolchain?: ReadyToolchain | undefined }): Promise<readonly NeededTool[]> {
  const stages = new Map<string, PlannedTask>();
  for (const task of tasks) if (!stages.has(`${task.plugin}.${task.stage}`)) stages.set(`${task.plugin}.${task.stage}`, task);
  const needed: { readonly tool: Tool; readonly stage: string; readonly toolchain: ReadyToolchain | undefined }[] = [];
  for (const [stage, task] of stages) {
    const declared = declaredTools(bindings.stage(task));
    const toolchain = host.toolchain?.serves(task.plugin, declared) === true ? host.toolchain : undefined;
    for (const tool of declared) needed.push({ tool, stage, toolchain });
  }
  const probes = await Promise.all(needed.map(async ({ tool, stage, toolchain }) => ({ tool, stages: [stage], probe: await (toolchain === undefined ? probeTool(tool, host) : toolchain.probe(tool)), ...(toolchain === undefined ? {} : { place: toolchain.toolchain.about }) })));
  return probes;
}

/** One diagnostic for each missing tool or file, with all stages that need it. `offersToolchain`: a plugin could run it in a container. */
export function missingTools(needed: readonly NeededTool[], offersToolchain = false): readonly Diagnostic[] {
  const byProblem = new Map<string, { readonly diagnostic: Diagnostic; readonly stages: string[] }>();
  const add = (key: string, stages: readonly string[], diagnostic: Diagnostic): void => {
    const known = byProblem.get(key);
    if (known === undefined) byProblem.set(key, { diagnostic, stages: [...stages] });
    else known.stages.push(...stages);
  };
  for (const { tool, stages, probe, place = 'this host' } of needed) {
    const install = place === 'this host' ? hostHint(tool, offersToolchain) : `${place[0]?.toUpperCase()}${place.slice(1)} has to bring it: choose one whose packages are among ${packageNames(tool)}, or one that has it already.`;
    if (!probe.found) add(tool.name, stages, { code: 'COS_TOOL_MISSING', severity: 'error', message: `The tool \`${tool.name}\` was not found ${place === 'this host' ? 'on' : 'in'} ${place}.`, hint: install });
    else {
      for (const file of probe.missingFiles) {
        add(`${tool.name} ${file}`, stages, { code: 'COS_TOOL_FILE_MISSING', severity: 'error', message: `\`${tool.name}\` needs ${file}, which was not found ${place === 'this host' ? 'on' : 'in'} ${place}.`, hint: install });
      }
    }
  }
  return [...byProblem.values()].map(({ diagnostic, stages }) => ({ ...diagnostic, notes: [{ message: `needed by ${[...new Set(stages)].sort().join(', ')}` }] }));
}

export function installHint(tool: Tool): string {
  const { debian, fedora, opensuse } = tool.packages ?? {};
  const ways = [
    ...(debian === undefined ? [] : [`Debian: apt-get install ${debian}`]),
    ...(fedora === undefined ? [] : [`Fedora: dnf install ${fedora}`]),
    ...(opensuse === undefined ? [] : [`openSUSE: zypper install ${opensuse}`]),
  ];
  return ways.length > 0 ? `Install ${packageOf(tool)}. ${ways.join('; ')}.` : `Install the package that brings \`${tool.name}\`.`;
}

/** How a host comes to a tool: by its packages, or without them in a container. */
function hostHint(tool: Tool, offersToolchain: boolean): string {
  const inContainer = tool.packages === undefined || !offersToolchain ? '' : " Or let cos run such tools in a container: `engine: { toolchain: 'container' }` in the config.";
  return `${installHint(tool)}${inContainer}`;
}

function packageNames(tool: Tool): string {
  const names = Object.entries(tool.packages ?? {}).map(([family, packages]) => `${packages} (${family})`);
  return names.length === 0 ? 'those that bring it' : names.join(', ');
}
