import { join } from 'node:path';
import { commandDerivatives } from '../config/command-derivatives.ts';
import { resolveConfig } from '../config/load-config.ts';
import { overlay } from '../config/overlay.ts';
import { asLayer, readSetValue } from '../config/set-value.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf } from '../errors/expected.ts';
import { printDiagnostics } from '../errors/print-diagnostic.ts';
import { createRedactor } from '../errors/redact.ts';
import { openCommandBench } from '../execute/command-bench.ts';
import { HostLacksError } from '../execute/host-lacks-error.ts';
import { createPinBench } from '../execute/pin-bench.ts';
import { toolchainOf } from '../execute/ready-toolchain.ts';
import { createSecretReader } from '../execute/secrets.ts';
import type { AnyPlugin } from '../model/config.ts';
import type { JsonObject } from '../model/json.ts';
import type { RunRequest } from '../model/plugin.ts';
import type { Repetition, RepetitionRequest } from '../model/repetition.ts';
import { askLock } from '../pins/ask-lock.ts';
import { declaredNames, pickEnv } from '../plan/host-env.ts';
import { readParameters } from '../plan/parameters.ts';
import type { AnyConfig } from './run-config.ts';

export interface RunCommandOptions {
  /** Folder that stands for the one of the config, and for the one where the command is called. */
  readonly workspace: string;
  /** Values of parameters by name, checked as those of the command line are. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** A config with the plugin. Default: one with the plugin alone and without derivatives, as where the user has no config. */
  readonly config?: AnyConfig;
  /** Stands for the second build that the command asks for; default: it is refused. */
  readonly repeat?: (request: RepetitionRequest) => Promise<Repetition>;
  /** Arguments of `--set`. */
  readonly set?: readonly string[];
  /** Default: the environment of the test. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface CommandRun {
  readonly exitCode: number;
  /** What was printed, each line ended by a line feed. */
  readonly printed: string;
  /** Lines of `log`. */
  readonly logged: readonly string[];
  readonly problems: readonly Diagnostic[];
  /** The problems as the user reads them, without colours: for inline snapshots. */
  readonly text: string;
  /** The run that it answers instead of an exit code, which is 0 then; nothing is run. */
  readonly request: RunRequest | undefined;
}

/** Calls a command of a plugin as `cos <name>` does. A command that asks to run a target is refused: that wants the whole program. */
export async function runCommand(plugin: AnyPlugin, name: string, options: RunCommandOptions): Promise<CommandRun> {
  const { workspace, set = [], env = process.env } = options;
  const config = options.config ?? { plugins: [plugin], derivatives: [], targets: {} };
  const loaded = await resolveConfig(config, join(workspace, 'cos.config.ts'), { cwd: workspace, values: [], set, derivatives: [], platforms: [] }, { derivatives: 'any' });
  const resolved = loaded.config?.plugins.get(plugin.name);
  const command = resolved?.definition.commands?.[name];
  if (loaded.config === undefined || resolved === undefined || command === undefined) throw new Error(`plugin "${plugin.name}" has no command "${name}": ${printDiagnostics(loaded.diagnostics, { workspace, color: false })}`);
  const whole = loaded.config;
  const { signal } = new AbortController();
  const problems: Diagnostic[] = [...loaded.diagnostics];
  const printed: string[] = [];
  const logged: string[] = [];
  const redactor = createRedactor();
  const ended = (answer: number | RunRequest): CommandRun => ({ exitCode: typeof answer === 'number' ? answer : 0, request: typeof answer === 'number' ? undefined : answer, printed: printed.map((line) => `${line}\n`).join(''), logged, problems, text: printDiagnostics(problems, { workspace, color: false }) });
  const args = readParameters(command.parameters, options.args ?? {}, `command "${name}"`);
  if (!args.ok) problems.push(...args.failures);
  if (!args.ok || problems.some(({ severity }) => severity === 'error')) return ended(2);
  const opened: (() => void)[] = [];
  try {
    const exitCode = await command.handle({
      args: args.value,
      plugin: resolved.options,
      workspace,
      cwd: workspace,
      env: pickEnv([...(resolved.definition.hostEnv ?? []), ...declaredNames(command.env, resolved.options, args.value)], env),
      signal,
      print: (line) => printed.push(redactor.redact(line)),
      log: { info: (message) => logged.push(redactor.redact(message)), warn: (message) => logged.push(`warning: ${redactor.redact(message)}`) },
      tell: (told) => problems.push(...told),
      reveal: createSecretReader({ env, workspace, folder: join(workspace, '.cos'), redactor }).reveal,
      run: () => Promise.reject(new CosError({ code: 'COS_REQUEST_RUN_FAILED', severity: 'error', message: 'The harness runs no targets.' })),
      repeat: (request) => options.repeat?.(request) ?? Promise.reject(new CosError({ code: 'COS_REQUEST_RUN_FAILED', severity: 'error', message: 'The harness repeats no builds.' })),
      openTools: async () => {
        const bench = await openCommandBench({ config: whole, command: { name, plugin: plugin.name, ...(command.tools === undefined ? {} : { tools: command.tools }) }, options: { folder: join(workspace, whole.cacheFolder), env, signal, ...toolchainOf(whole, env) }, tell: (line) => logged.push(line) });
        opened.unshift(bench.close);
        return bench.tools;
      },
      set: set.map(readSetValue).reduce<JsonObject>((below, value) => (value.ok ? overlay(below, asLayer(value.value), () => undefined) : below), {}),
      derivatives: commandDerivatives(whole),
      readPins: (pin, questions) => askLock(pin, questions, { config: whole, plugin: resolved, openBench: createPinBench(whole, { folder: join(workspace, whole.cacheFolder), env, signal }), signal }),
    });
    return ended(exitCode ?? 0);
  } catch (error) {
    const expected = diagnosticsOf(error);
    if (expected === undefined) throw error;
    problems.push(...expected);
    return ended(error instanceof HostLacksError ? 3 : command.runs === true ? 2 : (command.failure ?? 1));
  } finally {
    for (const close of opened) close();
  }
}
