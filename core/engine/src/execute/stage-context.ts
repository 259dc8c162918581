import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { CosError } from '../errors/cos-error.ts';
import type { PlannedTask } from '../model/plan.ts';
import type { ExecOptions, ExecResult, ExecStream, StageContext } from '../model/stage.ts';
import { pickVariables, toolEnvironment } from '../process/environment.ts';
import { startProcess, type RunningProcess } from '../process/exec.ts';
import { createRunId } from '../process/liveness.ts';
import { declaredTools, installHint, type FoundTool } from './host-tools.ts';
import { openInputs } from './inputs.ts';
import type { Outlet } from './outputs.ts';
import type { Scratch } from './run-registry.ts';
import type { OutputsOf, Run } from './run.ts';
import { folderInScratch, pathInScratch } from './scratch-path.ts';
import { closeAll, createSecretReader } from './secrets.ts';
import { createToolFiles } from './tool-files.ts';

// What a stage sees while it runs.

export interface StageRun {
  readonly context: StageContext<never, never, never, unknown>;
  /** Waits until every tool that the stage started and did not wait for is gone; call after aborting the signal. */
  readonly settle: () => Promise<void>;
}

export interface StageRunOptions {
  readonly run: Run;
  readonly task: PlannedTask;
  readonly outputsOf: OutputsOf;
  readonly outlet: Outlet;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
  readonly forced: boolean;
  /** Shows and keeps a line. */
  readonly line: (stream: 'stdout' | 'stderr' | 'info' | 'warn', line: string) => void;
  /** Keeps a line in the log file only. */
  readonly note: (line: string) => void;
}

export function createStageRun(options: StageRunOptions): StageRun {
  const { run, task, scratch, signal, outlet } = options;
  const { definition, options: pluginOptions } = run.bindings.plugin(task.plugin);
  const tools = run.tools.get(`${task.plugin}.${task.stage}`) ?? new Map<string, FoundTool>();
  const secrets = createSecretReader({ env: run.options.env, workspace: run.options.workspace, folder: scratch.secrets, redactor: run.redactor });
  const declared = pickVariables(run.options.env, task.env);
  const started = new Set<Promise<unknown>>();

  const start = (name: string, args: readonly string[], given: ExecOptions, stdout: 'collect' | 'stream'): RunningProcess => {
    const tool = tools.get(name);
    if (tool === undefined) throw new CosError(undeclared(task, name, [...tools.keys()]));
    const cwd = folderInScratch(scratch.path, given.cwd ?? '.', 'cwd');
    const file = given.stdoutFile === undefined ? undefined : pathInScratch(scratch.path, given.stdoutFile, 'stdoutFile');
    const env = toolEnvironment({ toolFolders: [...tools.values()].map(({ path }) => dirname(path)), home: scratch.path, sourceDateEpoch: run.plan.sourceDateEpoch, variables: { ...declared, ...given.env } });
    const fds: number[] = [];
    try {
      if (tool.toolchain !== undefined && (given.secretFds ?? []).length > 0) throw new CosError(hostOnly(task, name, tool.toolchain.about));
      for (const secret of given.secretFds ?? []) fds.push(secrets.descriptor(secret));
      options.note(run.redactor.redact(`$ ${[name, ...args].join(' ')}`));
      const process = startProcess({
        name,
        path: tool.path,
        args,
        cwd,
        env,
        ...(tool.toolchain === undefined ? {} : { via: tool.toolchain.command({ path: tool.path, cwd, env, writable: [realpathSync(scratch.path)], runId: run.runId }) }),
        ...(given.stdin === undefined ? {} : { stdin: given.stdin }),
        stdout: file === undefined ? stdout : { file },
        ...(given.exits === undefined ? {} : { exits: given.exits }),
        fds,
        signal,
        onLine: options.line,
        onStart: run.noteProcess,
        redact: (text) => run.redactor.redact(text),
        hint: installHint(findDeclaration(run, task, name)),
      });
      const settled = process.done.then(
        () => undefined,
        () => undefined,
      );
      started.add(settled);
      settled.then(() => started.delete(settled)).catch(() => undefined);
      return process;
    } finally {
      closeAll(fds);
    }
  };

  const context: StageContext<never, never, never, unknown> = {
    // The plan was checked against the stage's ports, so the artifacts fit them.
    inputs: openInputs(run, task, options.outputsOf, scratch, signal) as never,
    options: run.bindings.options(task.key) as never,
    plugin: pluginOptions,
    platform: task.platform,
    emit: outlet.emit as never,
    scratch: scratch.path,
    exec: async (tool, args, given = {}): Promise<ExecResult> => start(tool, args, given, 'collect').done,
    execStream: (tool, args, given = {}): ExecStream => start(tool, args, given, 'stream'),
    env: { ...pickVariables(run.options.env, definition.hostEnv ?? []), ...declared },
    toolFile: createToolFiles({ tools, declared: declaredTools(run.bindings.stage(task)), folder: scratch.inputs, runId: run.runId, signal }),
    reveal: secrets.reveal,
    secretFile: secrets.file,
    log: { info: (message) => options.line('info', message), warn: (message) => options.line('warn', message) },
    signal,
    forced: options.forced,
    repeated: run.options.repeated === true,
    runId: createRunId(),
    sourceDateEpoch: run.plan.sourceDateEpoch,
  };
  return {
    context,
    settle: async () => {
      while (started.size > 0) await Promise.all(started);
    },
  };
}

function findDeclaration(run: Run, task: PlannedTask, name: string): Parameters<typeof installHint>[0] {
  for (const tool of run.bindings.stage(task).tools ?? []) if (typeof tool !== 'string' && tool.name === name) return tool;
  return { name };
}

function undeclared(task: PlannedTask, name: string, declared: readonly string[]): ConstructorParameters<typeof CosError>[0] {
  return {
    code: 'COS_PLUGIN_TOOL_UNDECLARED',
    severity: 'error',
    message: `The stage \`${task.plugin}.${task.stage}\` started \`${name}\`, which is not among its \`tools\`.`,
    notes: [{ message: declared.length > 0 ? `declared: ${declared.join(', ')}` : 'it declares no tools' }],
    hint: "This is a mistake in the stage's code: a tool that is not declared is not part of the fingerprint.",
  };
}

function hostOnly(task: PlannedTask, name: string, place: string): ConstructorParameters<typeof CosError>[0] {
  return {
    code: 'COS_TOOL_NOT_IN_TOOLCHAIN',
    severity: 'error',
    message: `The stage \`${task.plugin}.${task.stage}\` gives \`${name}\` secrets as open files, which do not reach into ${place}.`,
    hint: "Run its tools on the host: `engine: { toolchain: 'host' }` in the config.",
  };
}
