import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ResolvedConfig, ResolvedPlugin } from '../../config/resolved-config.ts';
import { createPaint, type Paint } from '../../errors/paint.ts';
import { diagnosticsOf, messageOf } from '../../errors/expected.ts';
import { declaredTools, installHint } from '../../execute/host-tools.ts';
import { layoutOf } from '../../execute/layout.ts';
import { toolchainOf, type ReadyToolchain } from '../../execute/ready-toolchain.ts';
import type { Pin } from '../../model/pin.ts';
import type { Stage } from '../../model/stage.ts';
import type { Tool } from '../../model/tool.ts';
import { pickEnv } from '../../plan/host-env.ts';
import { probeTool } from '../../process/find-tool.ts';
import { createToolMemo, type ToolMemo } from '../../process/tool-memo.ts';
import type { Settings } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { prepareConfig } from '../prepare.ts';
import { tell, type Terminal } from '../terminal.ts';

/** One line of the examination. */
interface Finding {
  readonly ok: boolean | 'warning';
  readonly what: string;
  readonly detail: string;
  readonly hint?: string;
}

/** `cos doctor`: what the configured plugins need of the host, and whether it is there. */
export async function doctor(settings: Settings, terminal: Terminal): Promise<number> {
  const { config, diagnostics } = await prepareConfig(settings);
  tell(terminal, diagnostics, { workspace: config.workspace, color: settings.errorColor });
  const paint = createPaint(settings.color);
  const sections: (readonly [string, readonly Finding[]])[] = [
    ['Host', [nodeFinding(), await spaceFinding(config)]],
    ['Tools', await toolFindings(config, terminal)],
    ['Plugins', await pluginFindings(config, terminal)],
  ];
  terminal.out.write(`${sections.filter(([, findings]) => findings.length > 0).map(([title, findings]) => section(title, findings, paint)).join('\n\n')}\n`);
  const missing = sections.flatMap(([, findings]) => findings).filter(({ ok }) => ok === false);
  terminal.out.write(missing.length === 0 ? `\n${paint.green('Everything is there.')}\n` : `\n${paint.red(`${missing.length} ${missing.length === 1 ? 'thing is' : 'things are'} missing.`)}\n`);
  if (missing.length > 0) return exitCodes.hostLacks;
  return diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.wrongRequest : exitCodes.done;
}

function section(title: string, findings: readonly Finding[], paint: Paint): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  return [
    paint.bold(title),
    ...findings.flatMap(({ ok, what, detail, hint }) => [
      `  ${ok === true ? paint.green('ok     ') : ok === 'warning' ? paint.yellow('warning') : paint.red('missing')} ${what.padEnd(width)}  ${paint.dim(detail)}`,
      ...(hint === undefined ? [] : [`          ${paint.green('hint')}: ${hint}`]),
    ]),
  ].join('\n');
}

function nodeFinding(): Finding {
  return { ok: true, what: 'Node', detail: process.versions.node };
}

const gibibyte = 1024 ** 3;

async function spaceFinding(config: ResolvedConfig): Promise<Finding> {
  let folder = join(config.workspace, config.cacheFolder);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / gibibyte;
  const detail = `${free.toFixed(1)} GiB free at ${config.cacheFolder}, the cache may take ${(config.cacheMaxBytes / gibibyte).toFixed(1)} GiB`;
  return free < 2 ? { ok: 'warning', what: 'Disk space', detail, hint: 'An image needs some gigabytes while it is built. Free some space, or set cache.maxBytes in the config.' } : { ok: true, what: 'Disk space', detail };
}

async function toolFindings(config: ResolvedConfig, terminal: Terminal): Promise<readonly Finding[]> {
  // Several stages and pins may declare one tool, each with its own files.
  const layout = layoutOf(join(config.workspace, config.cacheFolder));
  const memo = createToolMemo(existsSync(layout.toolMemo) ? readFileSync(layout.toolMemo, 'utf8') : undefined);
  const toolchain = await openToolchain(config, terminal, memo);
  if ('finding' in toolchain) return [toolchain.finding];
  const needed = new Map<string, { readonly name: string; readonly tools: Tool[]; readonly stages: string[]; readonly isOfHost: boolean }>();
  for (const { definition } of config.plugins.values()) {
    for (const [name, user] of [...Object.entries<Stage>(definition.stages ?? {}), ...Object.entries<Pin>(definition.pins ?? {})]) {
      const tools = declaredTools(user);
      const isOfHost = definition.stages?.[name] === undefined || toolchain.ready?.serves(definition.name, tools) !== true;
      for (const tool of tools) {
        const key = `${tool.name} ${isOfHost}`;
        const known = needed.get(key) ?? { name: tool.name, tools: [], stages: [], isOfHost };
        known.tools.push(tool);
        known.stages.push(`${definition.name}.${name}`);
        needed.set(key, known);
      }
    }
  }
  const host = { path: terminal.env['PATH'], memo, signal: terminal.signal };
  const sorted = [...needed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  const findings = await Promise.all(
    sorted.map(async ({ name, tools, stages, isOfHost }) => {
      const probes = await Promise.all(tools.map(async (tool) => (isOfHost || toolchain.ready === undefined ? probeTool(tool, host) : toolchain.ready.probe(tool))));
      return toolFinding(name, tools, `needed by ${stages.join(', ')}`, probes);
    }),
  );
  return [...(toolchain.ready === undefined ? [] : [{ ok: true, what: 'toolchain', detail: toolchain.ready.toolchain.about } as const]), ...findings];
}

/** The toolchain that the config asks for, or what keeps it from being there. */
async function openToolchain(config: ResolvedConfig, terminal: Terminal, memo: ToolMemo): Promise<{ readonly ready: ReadyToolchain | undefined } | { readonly finding: Finding }> {
  const stages = [...config.plugins.values()].flatMap(({ definition }) => Object.values<Stage>(definition.stages ?? {}).map((stage) => ({ plugin: definition.name, stage })));
  try {
    return { ready: await toolchainOf(config, terminal.env).openToolchain?.({ memo, stages, signal: terminal.signal, tell: (line) => terminal.err.write(`${line}\n`) }) };
  } catch (error) {
    const [problem] = diagnosticsOf(error) ?? [];
    if (problem === undefined) throw error;
    return { finding: { ok: false, what: 'toolchain', detail: problem.message, ...(problem.hint === undefined ? {} : { hint: problem.hint }) } };
  }
}

function toolFinding(name: string, tools: readonly Tool[], stages: string, probes: readonly Awaited<ReturnType<typeof probeTool>>[]): Finding {
  const hint = tools.map(installHint)[0] ?? '';
  const [probe] = probes;
  if (probe === undefined || !probe.found) return { ok: false, what: name, detail: stages, hint };
  const files = [...new Set(probes.flatMap((each) => (each.found ? each.missingFiles : [])))];
  const detail = `${probe.version}  ${probe.path}, ${stages}`;
  return files.length === 0 ? { ok: true, what: name, detail } : { ok: false, what: name, detail: `found, but not its ${files.join(', ')}; ${stages}`, hint };
}

async function pluginFindings(config: ResolvedConfig, terminal: Terminal): Promise<readonly Finding[]> {
  const checked = [...config.plugins.values()].filter(({ definition, broken }) => definition.preflight !== undefined && !broken);
  const findings = await Promise.all(checked.map((plugin) => preflight(plugin, terminal)));
  return findings.flat();
}

async function preflight({ definition, options }: ResolvedPlugin, terminal: Terminal): Promise<readonly Finding[]> {
  try {
    const context = { plugin: options, env: pickEnv(definition.hostEnv, terminal.env), signal: terminal.signal };
    const problems = (await definition.preflight?.(context)) ?? [];
    if (problems.length === 0) return [{ ok: true, what: definition.name, detail: (await definition.about?.(context)) ?? 'can work on this host' }];
    return problems.map(({ message, hint }) => ({ ok: false, what: definition.name, detail: message, hint }));
  } catch (error) {
    const known = diagnosticsOf(error);
    if (known === undefined) return [{ ok: false, what: definition.name, detail: `its preflight threw: ${messageOf(error)}`, hint: 'This is a mistake in the plugin; tell its authors.' }];
    return known.map(({ message, hint }) => ({ ok: false, what: definition.name, detail: message, ...(hint === undefined ? {} : { hint }) }));
  }
}
