import { join, resolve } from 'node:path';
import { commandDerivatives } from '../../config/command-derivatives.ts';
import { engineCommands } from '../../config/engine-commands.ts';
import { loadDefaultConfig } from '../../config/load-config.ts';
import { overlay } from '../../config/overlay.ts';
import type { ResolvedPlugin } from '../../config/resolved-config.ts';
import { asLayer, readSetValue } from '../../config/set-value.ts';
import { CosError } from '../../errors/cos-error.ts';
import { hintFor } from '../../errors/did-you-mean.ts';
import type { Diagnostic } from '../../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../../errors/expected.ts';
import { createRedactor } from '../../errors/redact.ts';
import { throwingPlace } from '../../errors/throwing-place.ts';
import { openCommandBench } from '../../execute/command-bench.ts';
import { executePlan } from '../../execute/execute-plan.ts';
import { HostLacksError } from '../../execute/host-lacks-error.ts';
import { createSecretReader } from '../../execute/secrets.ts';
import type { Event } from '../../model/event.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { Parameters as DeclaredParameters } from '../../model/parameter.ts';
import type { Command, RunRequest } from '../../model/plugin.ts';
import { askLock } from '../../pins/ask-lock.ts';
import { declaredNames, pickEnv } from '../../plan/host-env.ts';
import { readParameters } from '../../plan/parameters.ts';
import { createReporter } from '../create-reporter.ts';
import { exitCodes } from '../exit-codes.ts';
import { handOver } from '../hand-over.ts';
import { executeOptions, pinBench, prepareConfig, preparePlan, refuseErrors, type PreparedConfig } from '../prepare.ts';
import { repeat } from '../repeat.ts';
import { readSettings, type GivenFlags, type Settings } from '../arguments.ts';
import { flagHint } from '../flag-hint.ts';
import { runFlags, shortRunFlags, splitRunFlags } from '../run-flags.ts';
import { parametersHelp } from '../target-help.ts';
import { readWords } from '../target-words.ts';
import { tell, type Terminal } from '../terminal.ts';

/** `cos <command>`: a command that a configured plugin brings. `runs` is told when it is one whose output is that of a run. */
export async function pluginCommand(name: string, words: readonly string[], terminal: Terminal, runs: (settings: Settings) => void): Promise<number> {
  const defaults = readSettings({}, terminal);
  const first = await prepareAny(name, defaults);
  const unselected = findCommand(first, name);
  if (unselected === undefined) throw unknownCommand(name, first);
  if (first.missing !== undefined && unselected.command.config !== 'optional') throw first.missing;
  const isRun = unselected.command.runs === true;
  const { given: all, help } = readWords(words, ownerOf(name, unselected.command), ['help']);
  const { flags, rest } = isRun ? splitRunFlags(all) : { flags: {}, rest: all };
  const { selected, given } = splitSelection(rest, unselected.command.parameters);
  const settings = readSettings({ ...selected, ...flags }, terminal);
  if (isRun) runs(settings);
  // Values and derivatives were chosen: what the command sees is loaded anew (the config file itself is imported once).
  const prepared = Object.keys(selected).length === 0 ? first : await prepareAny(name, settings);
  const { plugin, command } = findCommand(prepared, name) ?? unselected;
  if (help) {
    const more = isRun ? { title: 'Flags of a run', parameters: runFlags, short: shortRunFlags } : undefined;
    terminal.out.write(`${parametersHelp(`cos ${name}`, command.description, command.parameters, settings.color, more)}\n`);
    return 0;
  }
  refuseErrors(prepared.diagnostics);
  // A run tells what there is to say of what it is made of.
  if (!isRun) tell(terminal, prepared.diagnostics, { workspace: prepared.config.workspace, color: settings.errorColor });
  const args = readParameters(command.parameters, given, `command "${name}"`);
  if (!args.ok) throw new CosError(args.failures);
  const redactor = createRedactor();
  const { workspace, cacheFolder } = prepared.config;
  // Commands get values only, so that nothing is written below the folder.
  const secrets = createSecretReader({ env: terminal.env, workspace, folder: join(workspace, cacheFolder), redactor });
  let answer: number | RunRequest;
  // Closed when the command has ended, the last one first.
  const opened: (() => Promise<void> | void)[] = [];
  try {
    answer = (await command.handle({
      args: args.value,
      plugin: plugin.options,
      workspace: prepared.config.workspace,
      cwd: terminal.cwd,
      env: pickEnv([...(plugin.definition.hostEnv ?? []), ...declaredNames(command.env, plugin.options, args.value)], terminal.env),
      signal: terminal.signal,
      print: (line) => terminal.out.write(`${redactor.redact(line)}\n`),
      log: { info: (message) => terminal.err.write(`${redactor.redact(message)}\n`), warn: (message) => terminal.err.write(`warning: ${redactor.redact(message)}\n`) },
      tell: (problems) => tell(terminal, problems.map((problem) => redactor.redactDiagnostic(problem)), { workspace, color: settings.errorColor }),
      reveal: secrets.reveal,
      run: (target, parameters) => runTarget(prepared, { target, parameters: parameters ?? {} }, settings, terminal),
      repeat: async (request) => {
        const repetition = await repeat(request, settings, terminal, (chosen) => prepareAny(name, chosen));
        opened.unshift(repetition.close);
        return repetition;
      },
      openTools: async () => {
        const bench = await openCommandBench({ config: prepared.config, command: { name, plugin: plugin.definition.name, ...(command.tools === undefined ? {} : { tools: command.tools }) }, options: executeOptions(prepared.config, settings, terminal), tell: (line) => terminal.err.write(`${line}\n`) });
        opened.unshift(bench.close);
        return bench.tools;
      },
      set: settings.load.set.flatMap(setLayer).reduce<JsonObject>((below, above) => overlay(below, above, () => undefined), {}),
      derivatives: commandDerivatives(prepared.config),
      readPins: (pin, questions) => askLock(pin, questions, { config: prepared.config, plugin, openBench: pinBench(prepared.config, terminal), signal: terminal.signal }),
    })) ?? 0;
  } catch (error) {
    // An interrupt, and what the host lacks, are told as everywhere; what else a command throws is its failure.
    if (terminal.signal.aborted || error instanceof HostLacksError) throw error;
    const problems = diagnosticsOf(error) ?? [explainThrow(name, plugin, error)];
    const redacted = problems.map((problem) => redactor.redactDiagnostic(problem));
    // Nothing ran yet: what it refuses is the request.
    if (isRun && diagnosticsOf(error) !== undefined) throw new CosError(redacted);
    tell(terminal, redacted, { workspace, color: settings.errorColor });
    return command.failure ?? exitCodes.taskFailed;
  } finally {
    for (const close of opened) await close();
  }
  return typeof answer === 'number' ? answer : handOver(answer, settings, terminal, (chosen) => prepareAny(name, chosen));
}

/** What the words behind the command are read by. */
function ownerOf(name: string, command: Command): Parameters<typeof readWords>[1] {
  const parameters: DeclaredParameters = { ...selection, ...(command.runs === true ? runFlags : {}), ...command.parameters };
  return { what: `command "${name}"`, parameters, see: `cos ${name}`, ...(command.runs === true ? { short: shortRunFlags } : {}), ...(command.instead === undefined ? {} : { instead: command.instead }) };
}

function explainThrow(name: string, { definition }: ResolvedPlugin, error: unknown): Diagnostic {
  const place = throwingPlace(error);
  return {
    code: 'COS_PLUGIN_THREW',
    severity: 'error',
    message: `Plugin error: command "${name}" of plugin "${definition.name}" threw ${error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)}`,
    ...(place === undefined ? {} : { place }),
    hint: 'This is a mistake in the plugin; tell its authors.',
  };
}

/** Flags that every command takes, unless it has parameters of these names. */
const selection: DeclaredParameters = {
  set: { type: 'list', description: 'overlay one value: --set kernel.flavour=rt' },
  values: { type: 'list', description: 'overlay a YAML file on the values' },
  derivative: { type: 'list', description: 'only this derivative' },
  platform: { type: 'list', description: 'only this platform' },
};

function splitSelection(all: Readonly<Record<string, unknown>>, own: DeclaredParameters): { readonly selected: GivenFlags; readonly given: Readonly<Record<string, unknown>> } {
  const isOwn = (name: string) => Object.hasOwn(own, name) || !Object.hasOwn(selection, name);
  const entries = Object.entries(all);
  return { selected: Object.fromEntries(entries.filter(([name]) => !isOwn(name))), given: Object.fromEntries(entries.filter(([name]) => isOwn(name))) };
}

/** Arguments that are wrong are reported by loading. */
function setLayer(text: string): readonly JsonObject[] {
  const value = readSetValue(text);
  return value.ok ? [asLayer(value.value)] : [];
}

interface AnyConfig extends PreparedConfig {
  /** The user has no config, and this is the one that a package brings: what there is to say to commands that need one. */
  readonly missing: CosError | undefined;
}

/** Without any config, a word is an unknown command: to say that no config was found would lead astray. */
async function prepareAny(name: string, settings: Settings): Promise<AnyConfig> {
  try {
    return { ...(await prepareConfig(settings)), missing: undefined };
  } catch (error) {
    const expected = diagnosticsOf(error);
    if (!(error instanceof CosError) || expected?.every(({ code }) => code === 'COS_CONFIG_NOT_FOUND') !== true) throw error;
    const loaded = await loadDefaultConfig(settings.load);
    if (loaded === undefined) throw unknownCommand(name, undefined);
    if (loaded.config === undefined) throw new CosError(loaded.diagnostics);
    return { config: loaded.config, diagnostics: loaded.diagnostics, missing: error };
  }
}

function findCommand({ config }: PreparedConfig, name: string): { readonly plugin: ResolvedPlugin; readonly command: Command } | undefined {
  for (const plugin of config.plugins.values()) {
    for (const [known, command] of Object.entries(plugin.definition.commands ?? {})) if (known === name) return { plugin, command };
  }
  return undefined;
}

function unknownCommand(name: string, prepared: PreparedConfig | undefined): CosError {
  if (name.startsWith('-')) {
    return new CosError({ code: 'COS_REQUEST_UNKNOWN_FLAG', severity: 'error', message: `The flag ${JSON.stringify(name)} is not known to cos.`, hint: flagHint(name, ['help', 'version'], 'cos --help') });
  }
  const plugins = [...(prepared?.config.plugins.values() ?? [])];
  const known = [...engineCommands, ...plugins.flatMap(({ definition }) => Object.keys(definition.commands ?? {}))];
  const isTarget = prepared?.config.targets.has(name) === true;
  return new CosError({
    code: 'COS_REQUEST_UNKNOWN_COMMAND',
    severity: 'error',
    message: `There is no command "${name}".`,
    hint: isTarget ? `"${name}" is a target: cos run ${name}` : hintFor(name, known, 'commands'),
  });
}

/** Plans and runs a target for a command. Stages that publish are refused: what leaves the machine is asked for by name. */
async function runTarget(
  prepared: PreparedConfig,
  asked: { readonly target: string; readonly parameters: Readonly<Record<string, Json>> },
  settings: Settings,
  terminal: Terminal,
): Promise<Readonly<Record<string, string>>> {
  // Standard output belongs to the command's own result.
  const reporter = await createReporter({ ...settings, reporter: 'plain', color: settings.errorColor }, { ...terminal, out: { ...terminal.out, write: (text) => terminal.err.write(text) } }, prepared.config.workspace);
  const published = new Map<string, string>();
  const emit = (event: Event) => {
    if (event.type === 'output-published') published.set(event.path, resolve(prepared.config.workspace, event.path));
    reporter.emit(event);
  };
  const { plan, bindings, warnings } = await preparePlan(prepared, [{ name: asked.target, parameters: asked.parameters }], { settings, terminal, emit, effects: 'refused' });
  for (const diagnostic of warnings) emit({ type: 'diagnostic', diagnostic });
  const summary = await executePlan(plan, bindings, executeOptions(prepared.config, settings, terminal), emit);
  await reporter.close();
  if (summary.exitCode !== 0) throw new CosError({ code: 'COS_REQUEST_RUN_FAILED', severity: 'error', message: `Target "${asked.target}" did not end well: ${summary.failed} failed, ${summary.skipped} skipped, ${summary.cancelled} cancelled.`, hint: 'The output above says why.' });
  return Object.fromEntries(plan.wanted.flatMap(({ path }) => (path === undefined ? [] : [[path, resolve(prepared.config.workspace, plan.outDir, path)] as const])));
}
