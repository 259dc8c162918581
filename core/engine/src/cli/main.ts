import { readFileSync } from 'node:fs';
import { engineCommands } from '../config/engine-commands.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { HostLacksError } from '../execute/host-lacks-error.ts';
import type { GivenFlags, Settings } from './arguments.ts';
import { readSettings } from './arguments.ts';
import { exitCodes } from './exit-codes.ts';
import { CommanderError, parseCommandLine, type Actions } from './program.ts';
import { asksForJson, tellAsJson } from './tell-as-json.ts';
import { tell, type Terminal } from './terminal.ts';

/** The `cos` command: reads the command line, calls a command, answers the exit code. Everything that a user can cause ends as a message; the rest is a bug. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const argv = withHelpOfPlugins(words);
  let isJson = asksForJson(argv, terminal.env);
  // Known once a command has read its flags; until then messages follow the environment.
  let settings = attempt(() => readSettings({}, terminal));
  const using = (flags: GivenFlags): Settings => (settings = readSettings(flags, terminal));
  const actions: Actions = {
    run: async (words, flags) => (await import('./commands/run.ts')).run(words, using(flags), terminal),
    list: async (flags) => (await import('./commands/list.ts')).list(using(flags), terminal),
    plan: async (words, flags) => (await import('./commands/plan.ts')).plan(words, flags.json === true, using(flags), terminal),
    graph: async (words, flags) => (await import('./commands/graph.ts')).graph(words, flags.format ?? 'tree', using(flags), terminal),
    why: async (task, flags) => (await import('./commands/why.ts')).why(task, flags.target ?? [], using(flags), terminal),
    values: async (paths, flags) => (await import('./commands/values.ts')).values(paths, flags.json === true, using(flags), terminal),
    lock: async (names, flags) => (await import('./commands/lock.ts')).lock({ names, update: flags.update === true, check: flags.check === true }, using(flags), terminal),
    clean: async (flags) => (await import('./commands/clean.ts')).clean(flags.all === true, using(flags), terminal),
    doctor: async (flags) => (await import('./commands/doctor.ts')).doctor(using(flags), terminal),
    other: async (name, words) => (await import('./commands/plugin-command.ts')).pluginCommand(name, words, terminal, (used) => (isJson = used.reporter === 'json')),
  };
  try {
    const exitCode = await parseCommandLine(argv, actions, ownVersion(), { out: (text) => terminal.out.write(text), err: (text) => terminal.err.write(text) });
    return terminal.signal.aborted && exitCode !== exitCodes.done ? exitCodes.interrupted : exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return refused(error, argv, terminal);
    const diagnostics = diagnosticsOf(error);
    const exitCode = terminal.signal.aborted ? exitCodes.interrupted : exitCodeOf(error, diagnostics);
    if (diagnostics === undefined && exitCode === exitCodes.internalError) terminal.err.write(internalError(error));
    if (isJson) tellAsJson(diagnostics ?? [], exitCode, terminal.out);
    else tell(terminal, diagnostics ?? [], { workspace: terminal.cwd, color: settings?.errorColor ?? false });
    return exitCode;
  }
}

function exitCodeOf(error: unknown, diagnostics: readonly Diagnostic[] | undefined): number {
  if (error instanceof HostLacksError) return exitCodes.hostLacks;
  return diagnostics === undefined ? exitCodes.internalError : exitCodes.wrongRequest;
}

/** `cos help <word>` for a command of a plugin, which commander does not know. */
function withHelpOfPlugins(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  const isOwn = second === undefined || second.startsWith('-') || engineCommands.some((known) => known === second);
  return first === 'help' && !isOwn ? [second, '--help'] : words;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    // A bad variable is told by the command that reads it again.
    return undefined;
  }
}

/** What commander refuses: an unknown flag or a missing word, with its suggestion. Help and version come this way too. */
function refused(error: CommanderError, argv: readonly string[], terminal: Terminal): number {
  if (error.exitCode === 0) return exitCodes.done;
  // `cos` alone has printed its help to standard error.
  if (error.code === 'commander.help') return exitCodes.wrongRequest;
  const [head = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').replace(/^\(|\)$/g, '');
  const isFlag = error.code === 'commander.unknownOption';
  const command = engineCommands.find((known) => known === argv[0]);
  const diagnostic: Diagnostic = {
    code: isFlag ? 'COS_REQUEST_UNKNOWN_FLAG' : error.code.includes('issing') ? 'COS_REQUEST_MISSING_VALUE' : 'COS_REQUEST_EXTRA_WORD',
    severity: 'error',
    message: `${head.charAt(0).toUpperCase()}${head.slice(1).replace(/\.$/, '')}.`,
    hint: suggestion === '' ? `See \`cos ${command === undefined ? '' : `${command} `}--help\`.` : suggestion,
  };
  if (asksForJson(argv, terminal.env)) tellAsJson([diagnostic], exitCodes.wrongRequest, terminal.out);
  else tell(terminal, [diagnostic], { workspace: terminal.cwd, color: attempt(() => readSettings({}, terminal))?.errorColor ?? false });
  return exitCodes.wrongRequest;
}

/** The text for a bug: everything that a report needs. */
export function internalError(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `\nCaused by: ${error.cause.stack ?? error.cause.message}` : '';
  return `Internal error: this is a bug in cos or in a plugin, not a mistake of yours.\n\n${stack}${cause}\n\ncos ${ownVersion()}, Node ${process.version}, ${process.platform} ${process.arch}\nPlease report it with the text above and, if you can, the config that caused it.\n`;
}

/** The version of this package; its package.json lies beside `dist` and beside `src`. */
function ownVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    const url = new URL(up, import.meta.url);
    try {
      const content: unknown = JSON.parse(readFileSync(url, 'utf8'));
      if (typeof content === 'object' && content !== null && 'name' in content && content.name === '@cos/core' && 'version' in content) return String(content.version);
    } catch {
      // Not there: the other place.
    }
  }
  return 'unknown';
}
