import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Command } from '../model/plugin.ts';
import type { Stage } from '../model/stage.ts';
import type { Tool } from '../model/tool.ts';
import type { Toolchain, ToolchainContent } from '../model/toolchain.ts';
import { pickVariables, toolEnvironment } from '../process/environment.ts';
import { startProcess } from '../process/exec.ts';
import { askVersion, howToAsk, packageOf } from '../process/find-tool.ts';
import { createRunId, isAlive } from '../process/liveness.ts';
import type { ToolMemo } from '../process/tool-memo.ts';
import { declaredTools, type FoundOrNot } from './host-tools.ts';
import type { ExecuteOptions } from './options.ts';
import { callPlugin } from './plugin-error.ts';

/** A toolchain of which it is known what it has. */
export interface ReadyToolchain {
  readonly toolchain: Toolchain;
  /** Whether the tools of a stage of this plugin run in it. */
  readonly serves: (plugin: string, tools: readonly Tool[]) => boolean;
  readonly probe: (tool: Tool) => Promise<FoundOrNot>;
}

export interface ToolchainUse {
  readonly memo: ToolMemo;
  /** Gets lines of progress. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
  /** What is going to run: when nothing of it needs a tool of the toolchain, there is none. */
  readonly stages: readonly { readonly plugin: string; readonly stage: Pick<Stage, 'tools'> }[];
}

export type OpenToolchain = (use: ToolchainUse) => Promise<ReadyToolchain | undefined>;

/** The toolchain that a config asks for, for the options of an execution. */
export function toolchainOf(config: ResolvedConfig, env: Readonly<Record<string, string | undefined>>): Pick<ExecuteOptions, 'openToolchain' | 'offersToolchain'> {
  const owner = [...config.plugins.values()].find(({ definition }) => definition.createToolchain !== undefined);
  if (owner === undefined) return {};
  if (config.toolchain === 'host') return { offersToolchain: true };
  const { definition, options } = owner;
  // The plugin's own tools make the image, or what it is made of.
  const serves = (plugin: string, tools: readonly Tool[]): boolean => plugin !== definition.name && tools.length > 0 && tools.every(({ packages }) => packages !== undefined);
  const wanted = toolsOf(config, serves);
  return {
    openToolchain: async ({ memo, tell, signal, stages }) => {
      if (!stages.some(({ plugin, stage }) => serves(plugin, declaredTools(stage)))) return undefined;
      const folders = [config.workspace, join(config.workspace, config.cacheFolder)];
      const toolchain = await callPlugin(`\`createToolchain\` of plugin \`${definition.name}\``, () => definition.createToolchain?.({ plugin: options, env: pickVariables(env, definition.hostEnv ?? []), signal, tools: wanted, folders, tell, runId: createRunId(), isAlive }));
      if (toolchain === undefined) throw new Error(`Internal error: ${definition.name} made no toolchain`);
      const content = await contentOf(toolchain, wanted, memo, signal);
      return { toolchain, serves, probe: (tool) => probe(tool, { toolchain, content, memo, signal }) };
    },
  };
}

/** Every tool of the config that may be wanted of a toolchain, so that it is the same whichever target runs. Sorted by name; each name once for each form. */
function toolsOf(config: ResolvedConfig, serves: (plugin: string, tools: readonly Tool[]) => boolean): readonly Tool[] {
  const all = [...config.plugins.values()].flatMap(({ definition }) => [...Object.values<Stage>(definition.stages ?? {}), ...Object.values<Command>(definition.commands ?? {})].map(declaredTools).filter((tools) => serves(definition.name, tools)).flat());
  const byForm = new Map(all.map((tool) => [JSON.stringify([tool.name, tool.packages, tool.files ?? []]), tool] as const));
  return [...byForm].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tool]) => tool);
}

async function contentOf(toolchain: Toolchain, tools: readonly Tool[], memo: ToolMemo, signal: AbortSignal): Promise<ToolchainContent> {
  const names = [...new Set(tools.map(({ name }) => name))].sort();
  const files = [...new Set(tools.flatMap((tool) => tool.files ?? []))].sort();
  const key = JSON.stringify(['toolchain', toolchain.identity, createHash('sha256').update(JSON.stringify([names, files])).digest('hex')]);
  const known = readContent(memo.get(key));
  if (known !== undefined) return known;
  const content = await toolchain.find(names, files, signal);
  memo.set(key, JSON.stringify(content));
  return content;
}

/** Text of another form is an empty memory: the toolchain is asked again. */
function readContent(text: string | undefined): ToolchainContent | undefined {
  if (text === undefined) return undefined;
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data !== 'object' || data === null || !('executables' in data) || !('files' in data) || !Array.isArray(data.files)) return undefined;
    if (typeof data.executables !== 'object' || data.executables === null) return undefined;
    const executables = Object.entries(data.executables).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    return { executables: Object.fromEntries(executables), files: data.files.filter((file): file is string => typeof file === 'string') };
  } catch {
    return undefined;
  }
}

interface Probing {
  readonly toolchain: Toolchain;
  readonly content: ToolchainContent;
  readonly memo: ToolMemo;
  readonly signal: AbortSignal;
}

async function probe(tool: Tool, { toolchain, content, memo, signal }: Probing): Promise<FoundOrNot> {
  const path = content.executables[tool.name];
  if (path === undefined) return { found: false, name: tool.name, package: packageOf(tool) };
  const key = JSON.stringify([tool.name, `${toolchain.identity} ${path}`, howToAsk(tool)]);
  const known = memo.get(key);
  const version = known ?? (await versionOf(tool, path, toolchain, signal));
  memo.set(key, version);
  return { found: true, name: tool.name, path, version, missingFiles: (tool.files ?? []).filter((file) => !content.files.includes(file)), toolchain };
}

/** Starting a container takes its time, hence the patience. */
const patience = 60_000;

async function versionOf(tool: Tool, path: string, toolchain: Toolchain, signal: AbortSignal): Promise<string> {
  const runId = createRunId();
  const env = toolEnvironment({ toolFolders: [], home: '/', sourceDateEpoch: 0, variables: {} });
  const told = await askVersion(tool, path, { signal, patience, via: toolchain.command({ path, cwd: '/', env, writable: [], runId }) });
  if (told !== undefined) return told;
  const hash = createHash('sha256');
  const bytes = startProcess({ name: tool.name, path: '/bin/cat', args: ['--', path], cwd: '/', env: {}, stdout: 'stream', signal, via: toolchain.command({ path: '/bin/cat', cwd: '/', env: {}, writable: [], runId }) });
  for await (const chunk of bytes.stdout) hash.update(chunk);
  await bytes.done;
  return `sha256:${hash.digest('hex').slice(0, 16)}`;
}
