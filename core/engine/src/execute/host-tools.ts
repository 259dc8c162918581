import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Tool } from '../model/tool.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { Bindings } from '../plan/bindings.ts';
import { packageOf, probeTool, type ToolProbe } from '../process/find-tool.ts';
import type { ToolMemo } from '../process/tool-memo.ts';

// The tools that the stages of a plan declare, looked up before anything runs: what is missing is told in one list.

export type FoundTool = Extract<ToolProbe, { found: true }>;

/** A tool, the stages (`plugin.stage`) that declare it, and what the host has. */
export interface NeededTool {
  readonly tool: Tool;
  readonly stages: readonly string[];
  readonly probe: ToolProbe;
}

/** Every declaration of a stage in the long form. */
export function declaredTools(stage: { readonly tools?: readonly (string | Tool)[] }): readonly Tool[] {
  return (stage.tools ?? []).map((tool) => (typeof tool === 'string' ? { name: tool } : tool));
}

/** Looks up what the stages of these tasks need, each stage once. */
export async function probeTools(tasks: readonly PlannedTask[], bindings: Bindings, host: { readonly path: string | undefined; readonly memo: ToolMemo; readonly signal: AbortSignal }): Promise<readonly NeededTool[]> {
  const stages = new Map<string, PlannedTask>();
  for (const task of tasks) if (!stages.has(`${task.plugin}.${task.stage}`)) stages.set(`${task.plugin}.${task.stage}`, task);
  const needed: { readonly tool: Tool; readonly stage: string }[] = [];
  for (const [stage, task] of stages) for (const tool of declaredTools(bindings.stage(task))) needed.push({ tool, stage });
  const probes = await Promise.all(needed.map(async ({ tool, stage }) => ({ tool, stages: [stage], probe: await probeTool(tool, host) })));
  return probes;
}

/** One diagnostic for each missing tool or file, with all stages that need it. */
export function missingTools(needed: readonly NeededTool[]): readonly Diagnostic[] {
  const byProblem = new Map<string, { readonly diagnostic: Diagnostic; readonly stages: string[] }>();
  const add = (key: string, stages: readonly string[], diagnostic: Diagnostic): void => {
    const known = byProblem.get(key);
    if (known === undefined) byProblem.set(key, { diagnostic, stages: [...stages] });
    else known.stages.push(...stages);
  };
  for (const { tool, stages, probe } of needed) {
    const install = installHint(tool);
    if (!probe.found) add(tool.name, stages, { code: 'COS_TOOL_MISSING', severity: 'error', message: `The tool \`${tool.name}\` was not found on this host.`, hint: install });
    else {
      for (const file of probe.missingFiles) {
        add(`${tool.name} ${file}`, stages, { code: 'COS_TOOL_FILE_MISSING', severity: 'error', message: `\`${tool.name}\` needs ${file}, which was not found on this host.`, hint: install });
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
