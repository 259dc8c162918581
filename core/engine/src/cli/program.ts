import { Command, CommanderError, Option } from 'commander';
import { variables, type GivenFlags } from './arguments.ts';

// The command line of the engine. Nothing heavy is imported here: what a command needs is imported when it runs, so that `cos --help` is instant.

/** What commands do; each answers the exit code. Words are what is neither a command nor a flag of the engine. */
export interface Actions {
  run(words: readonly string[], flags: GivenFlags): Promise<number>;
  list(flags: GivenFlags): Promise<number>;
  plan(words: readonly string[], flags: GivenFlags & { readonly json?: boolean }): Promise<number>;
  graph(words: readonly string[], flags: GivenFlags & { readonly format?: string }): Promise<number>;
  why(task: string, flags: GivenFlags & { readonly target?: readonly string[] }): Promise<number>;
  lock(names: readonly string[], flags: GivenFlags & { readonly update?: boolean; readonly check?: boolean }): Promise<number>;
  values(paths: readonly string[], flags: GivenFlags & { readonly json?: boolean }): Promise<number>;
  clean(flags: GivenFlags & { readonly all?: boolean }): Promise<number>;
  doctor(flags: GivenFlags): Promise<number>;
  /** A word that is no command of the engine: perhaps one of a plugin. */
  other(name: string, words: readonly string[], flags: GivenFlags): Promise<number>;
}

/** Reads the command line and calls the action. Throws CommanderError for what commander refuses, and after help. */
export async function parseCommandLine(argv: readonly string[], actions: Actions, version: string, io: { out(text: string): void; err(text: string): void }): Promise<number> {
  let exitCode = 0;
  const done = async (result: Promise<number>) => {
    exitCode = await result;
  };
  const program = new Command('cos')
    .description('Builds immutable, image-based Linux systems from a typed cos.config.ts.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text), outputError: () => undefined })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .argument('[command]')
    .argument('[words...]')
    .helpCommand('help [command]', 'print help for a command')
    .configureHelp({ visibleArguments: (command) => (command.name() === 'cos' ? [] : command.registeredArguments.filter(({ description }) => description !== '')), subcommandTerm: (command) => `${command.name()} ${command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)).join(' ')}`.trim() })
    .allowUnknownOption()
    .passThroughOptions()
    .usage('<command> [flags]')
    .addHelpText('after', mainHelp)
    .action((name: string | undefined, words: string[]) => {
      if (name === undefined) program.help({ error: true });
      // Flags of a command of a plugin are its own to read.
      return done(actions.other(name ?? '', words, {}));
    });

  program
    .command('run')
    .helpGroup('Build')
    .description('run targets: build what they want, unless it is there already')
    .argument('[target...]', 'targets and their parameters; `cos run <target> --help` prints them')
    .helpOption(false)
    .option('-h, --help', 'print help for this command, or for a target')
    .option('-n, --dry-run', 'say what would run, and why; run nothing')
    .option('-f, --force', 'run every task of the targets, known or not')
    .option('-k, --keep-going', 'after a failure, run all that does not need what failed')
    .option('--fail-fast', 'after a failure, cancel what runs')
    .option('-j, --jobs <number>', 'tasks that run at once (default: number of processors)')
    .option('--reporter <name>', 'terminal, plain or json (default: terminal, or plain in a pipe)')
    .option('-v, --verbose', 'print the output of every task')
    .option('--frozen', 'fail when cos.lock lacks a pin or has it for something else, instead of looking it up')
    .option('--seed <number>', 'order in which ready tasks start, as the summary of a run names it')
    .addOption(values())
    .addOption(set())
    .addOption(derivative())
    .addOption(platform())
    .addOption(color())
    .addOption(noColor())
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText('after', runHelp)
    .action((_targets: string[], flags: GivenFlags & { readonly help?: boolean }, command: Command) => {
      if (flags.help === true && command.args.length === 0) command.help();
      return done(actions.run(flags.help === true ? [...command.args, '--help'] : command.args, flags));
    });

  selection(program.command('plan').helpGroup('Look').description('print the tasks that targets need, in order (default: all targets)').argument('[target...]').option('--json', 'the whole plan as JSON, for programs'))
    .allowUnknownOption()
    .allowExcessArguments()
    .action((_targets: string[], flags: GivenFlags & { readonly json?: boolean }, command: Command) => done(actions.plan(command.args, flags)));

  selection(program.command('graph').helpGroup('Look').description('print which task needs which (default: all targets)').argument('[target...]').option('--format <name>', 'tree, dot or mermaid', 'tree'))
    .allowUnknownOption()
    .allowExcessArguments()
    .action((_targets: string[], flags: GivenFlags & { readonly format?: string }, command: Command) => done(actions.graph(command.args, flags)));

  selection(
    program
      .command('why')
      .helpGroup('Look')
      .description('say why a task would run: what changed since its last run')
      .argument('<task>', 'key of a task (plugin.stage#name), or a part of it that only one has')
      .addOption(new Option('--target <name>', 'look only in this target').argParser(collect)),
  ).action((task: string, flags: GivenFlags & { readonly target?: readonly string[] }) => done(actions.why(task, flags)));

  program
    .command('values')
    .helpGroup('Look')
    .description('print the values that templates see, and where each comes from')
    .argument('[path...]', 'only these values and what lies below them: `base`, `kernel.flavour`')
    .option('--json', 'values and origins as JSON, for programs')
    .addOption(values())
    .addOption(set())
    .addOption(derivative())
    .addOption(platform())
    .addOption(color())
    .addOption(noColor())
    .action((paths: string[], flags: GivenFlags & { readonly json?: boolean }) => done(actions.values(paths, flags)));

  program
    .command('list')
    .helpGroup('Look')
    .description('list targets, derivatives, plugins with their stages, and commands of plugins')
    .addOption(color())
    .addOption(noColor())
    .action((flags: GivenFlags) => done(actions.list(flags)));

  program
    .command('lock')
    .helpGroup('Care')
    .description('complete cos.lock for all targets, derivatives and platforms; build nothing')
    .argument('[name...]', 'with --update: only these, as cos.lock names them (default: all)')
    .option('--update', 'look up anew what is in cos.lock, and say what changed')
    .option('--check', 'write nothing; fail when cos.lock would change (with --update: when anything has moved on)')
    .addOption(values())
    .addOption(set())
    .addOption(derivative())
    .addOption(platform())
    .addOption(color())
    .addOption(noColor())
    .action((names: string[], flags: GivenFlags & { readonly update?: boolean; readonly check?: boolean }) => done(actions.lock(names, flags)));

  program
    .command('doctor')
    .helpGroup('Care')
    .description('check what the host needs: tools, engines, disk space, Node')
    .addOption(color())
    .addOption(noColor())
    .action((flags: GivenFlags) => done(actions.doctor(flags)));

  program
    .command('clean')
    .helpGroup('Care')
    .description('remove the cache and everything that cos keeps in the workspace; outputs stay unless --all')
    .option('--all', 'remove the output folder too')
    .addOption(color())
    .addOption(noColor())
    .action((flags: GivenFlags & { readonly all?: boolean }) => done(actions.clean(flags)));

  await program.parseAsync(argv, { from: 'user' });
  return exitCode;
}

export { CommanderError };

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

const values = () => new Option('--values <file>', 'overlay a YAML file on the values (may be given many times)').argParser(collect);
const set = () => new Option('--set <path=value>', 'overlay one value: --set kernel.flavour=rt (may be given many times)').argParser(collect);
const derivative = () => new Option('--derivative <name>', 'only this derivative (may be given many times)').argParser(collect);
const platform = () => new Option('--platform <name>', 'only this platform, such as linux/amd64 (may be given many times)').argParser(collect);
const color = () => new Option('--color', 'colours even in a pipe');
const noColor = () => new Option('--no-color', 'no colours');

function selection(command: Command): Command {
  return command.addOption(values()).addOption(set()).addOption(derivative()).addOption(platform()).option('--frozen', 'fail when cos.lock lacks a pin or has it for something else, instead of looking it up').addOption(color()).addOption(noColor());
}

const mainHelp = `
Plugins add commands of their own: \`cos list\` shows them.

Examples:
  cos list                      what there is in this workspace
  cos run build-iso             build a target; a second time does nothing
  cos run build-iso --dry-run   what would run, and why
  cos run build-iso --help      the parameters of a target
  cos why iso.medium#sample-os  what changed since the task ran
  cos doctor                    what the host lacks

Environment:
${variables.map(([name, flag, what]) => `  ${name.padEnd(14)} ${flag.padEnd(11)} ${what}`).join('\n')}

Exit status:
  0 done, 1 a task failed, 2 the request or the config is wrong, 3 the host lacks something (cos doctor),
  70 internal error, 130 interrupted`;

const runHelp = `
Examples:
  cos run build                          build a target
  cos run build-iso create-repo          two targets in one run
  cos run build-iso --set title="My OS"  with another value
  cos run build-iso --reporter json      events for programs, the summary last
  cos run build-iso --help               the parameters of a target`;
