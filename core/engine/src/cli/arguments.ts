import { availableParallelism } from 'node:os';
import { CosError } from '../errors/cos-error.ts';
import type { FailurePolicy } from '../execute/options.ts';
import type { Terminal } from './terminal.ts';

// The only place where variables of the environment steer cos. Each has a flag of the same meaning, and the flag wins.

/** Flags as commander reads them, before they are checked. */
export interface GivenFlags {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly keepGoing?: boolean;
  readonly failFast?: boolean;
  readonly jobs?: string;
  readonly seed?: string;
  readonly reporter?: string;
  readonly frozen?: boolean;
  readonly verbose?: boolean;
  readonly color?: boolean;
  readonly set?: readonly string[];
  readonly values?: readonly string[];
  readonly derivative?: readonly string[];
  readonly platform?: readonly string[];
}

export type ReporterName = 'terminal' | 'plain' | 'json';

export interface Settings {
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly policy: FailurePolicy;
  readonly jobs: number;
  readonly seed: number;
  readonly reporter: ReporterName;
  readonly frozen: boolean;
  readonly verbose: boolean;
  /** Colours on standard output, and on standard error. */
  readonly color: boolean;
  readonly errorColor: boolean;
  readonly load: { readonly cwd: string; readonly values: readonly string[]; readonly set: readonly string[]; readonly derivatives: readonly string[]; readonly platforms: readonly string[] };
}

/** Variables with the flag that says the same. Printed by `cos help environment`. */
export const variables = [
  ['COS_JOBS', '--jobs', 'tasks that run at once'],
  ['COS_REPORTER', '--reporter', 'terminal, plain or json'],
  ['COS_VERBOSE', '--verbose', 'output of every task (1)'],
  ['COS_FROZEN', '--frozen', 'cos.lock must have every pin (1)'],
  ['NO_COLOR', '--no-color', 'no colours (any text)'],
  ['FORCE_COLOR', '--color', 'colours in pipes too (1)'],
] as const;

/** Checks flags and fills in what the environment and the host say. */
export function readSettings(flags: GivenFlags, terminal: Terminal): Settings {
  const { env } = terminal;
  const verbose = flags.verbose ?? isOn(env['COS_VERBOSE']);
  if (flags.keepGoing === true && flags.failFast === true) throw new CosError({ code: 'COS_REQUEST_INVALID_VALUE', severity: 'error', message: 'Expected --keep-going or --fail-fast; found both.' });
  const reporter = readReporter(flags.reporter ?? env['COS_REPORTER'], terminal, verbose);
  // Chance is wanted: another order in each run brings out tasks that depend on it, and the summary names the seed. Programs get one order.
  const seed = reporter === 'json' ? 0 : Math.floor(Math.random() * 2 ** 31);
  return {
    dryRun: flags.dryRun === true,
    force: flags.force === true,
    policy: flags.keepGoing === true ? 'keep-going' : flags.failFast === true ? 'fail-fast' : 'finish',
    jobs: wholeNumber('--jobs', flags.jobs ?? env['COS_JOBS'], 1, availableParallelism()),
    seed: wholeNumber('--seed', flags.seed, 0, seed),
    reporter,
    frozen: flags.frozen ?? isOn(env['COS_FROZEN']),
    verbose,
    color: hasColor(flags.color, env, terminal.out.isTerminal),
    errorColor: hasColor(flags.color, env, terminal.err.isTerminal),
    load: { cwd: terminal.cwd, values: flags.values ?? [], set: flags.set ?? [], derivatives: flags.derivative ?? [], platforms: flags.platform ?? [] },
  };
}

function hasColor(flag: boolean | undefined, env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (flag !== undefined) return flag;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if (isOn(env['FORCE_COLOR'])) return true;
  return isTerminal && env['TERM'] !== 'dumb';
}

function readReporter(given: string | undefined, terminal: Terminal, verbose: boolean): ReporterName {
  // Rows need some width to be drawn in; output of every task does not fit into rows at all.
  const hasRows = terminal.out.isTerminal && terminal.out.columns >= 40 && terminal.env['TERM'] !== 'dumb' && !verbose;
  if (given === undefined || given === '') return hasRows ? 'terminal' : 'plain';
  if (given === 'terminal' || given === 'plain' || given === 'json') return given;
  throw invalid('terminal, plain or json after --reporter', given);
}

function wholeNumber(flag: string, given: string | undefined, minimum: number, fallback: number): number {
  if (given === undefined || given === '') return fallback;
  const number = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= minimum && number < 2 ** 31) return number;
  throw invalid(`a whole number of at least ${minimum} after ${flag}`, given);
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

function invalid(expected: string, found: string): CosError {
  return new CosError({ code: 'COS_REQUEST_INVALID_VALUE', severity: 'error', message: `Expected ${expected}; found ${JSON.stringify(found)}.` });
}
