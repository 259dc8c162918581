import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { bareOf, flagOf, type Parameter, type Parameters } from '../model/parameter.ts';
import { flagHint } from './flag-hint.ts';

/** Words of the command line that are not flags of the engine, read by typed parameters. */
export interface ReadWords {
  /** Texts by parameter; lists where the parameter takes many. */
  readonly given: Readonly<Record<string, unknown>>;
  /** True when `--help` or `-h` stands among the words. */
  readonly help: boolean;
}

interface Owner {
  /** For messages: `target "build"`, `command "packages"`. */
  readonly what: string;
  readonly parameters: Parameters;
  /** The command whose `--help` tells the flags. */
  readonly see: string;
  /** One letter to the parameter that `-letter` means. Default: none. */
  readonly short?: Readonly<Record<string, string>>;
  /** Hints for flags that it does not have, by their names. Default: none. */
  readonly instead?: Readonly<Record<string, string>>;
}

/**
 * Reads words by the parameters of one owner: `--flag value`, `--flag=value`, positional words; all words after `--` are positional. Problems are
 * collected and thrown together. `otherFlags`: names of the engine's flags, for suggestions.
 */
export function readWords(words: readonly string[], owner: Owner, otherFlags: readonly string[]): ReadWords {
  const byFlag = new Map(Object.entries(owner.parameters).filter(([, parameter]) => parameter.positional !== true).map(([name, parameter]) => [flagOf(name), { name, parameter }]));
  const positional = Object.entries(owner.parameters).filter(([, parameter]) => parameter.positional === true);
  const problems: Diagnostic[] = [];
  const given = new Map<string, unknown>();
  let help = false;
  let flagsEnded = false;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (flagsEnded || !word.startsWith('-') || word === '-') {
      takePositional(word, positional, given, owner, problems);
      continue;
    }
    if (word === '--') {
      flagsEnded = true;
      continue;
    }
    if (word === '--help' || word === '-h') {
      help = true;
      continue;
    }
    const { flag, inline, more } = readFlag(word, owner);
    if (more !== undefined) rest.unshift(more);
    const known = byFlag.get(flag);
    if (known === undefined) {
      problems.push(unknownFlag(word, flag, [...byFlag.keys()], otherFlags, owner));
      continue;
    }
    takeFlag(known, { flag, inline }, rest, given, owner, problems);
  }
  // Asking for help is never wrong.
  if (problems.length > 0 && !help) throw new CosError(problems);
  return { given: Object.fromEntries(given), help };
}

/** `--flag`, `--flag=value`; of one-letter forms `-j`, `-j4`, and `-kv` for two flags, of which the second is `more`. */
function readFlag(word: string, { short = {}, parameters }: Owner): { readonly flag: string; readonly inline?: string | undefined; readonly more?: string } {
  const long = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
  if (long !== null) return { flag: long[1] ?? '', inline: long[2] };
  const name = /^-[a-z]/.test(word) && Object.hasOwn(short, word.charAt(1)) ? short[word.charAt(1)] : undefined;
  if (name === undefined) return { flag: word.slice(1) };
  const behind = word.slice(2);
  if (behind === '') return { flag: flagOf(name) };
  return parameters[name]?.type === 'flag' ? { flag: flagOf(name), more: `-${behind}` } : { flag: flagOf(name), inline: behind };
}

function takeFlag(
  { name, parameter }: { readonly name: string; readonly parameter: Parameter },
  { flag, inline }: { readonly flag: string; readonly inline: string | undefined },
  rest: string[],
  given: Map<string, unknown>,
  owner: Owner,
  problems: Diagnostic[],
): void {
  const bare = bareOf(parameter);
  if (bare === true) {
    given.set(name, inline ?? bare);
    return;
  }
  const next = inline ?? bare ?? (rest[0]?.startsWith('--') === true ? undefined : rest.shift());
  if (next === undefined) {
    problems.push({ code: 'COS_REQUEST_MISSING_VALUE', severity: 'error', message: `Expected a value after --${flag} of ${owner.what} (${parameter.description}); found none.` });
    return;
  }
  if (parameter.type === 'list') given.set(name, [...asList(given.get(name)), next]);
  else if (given.has(name)) problems.push({ code: 'COS_REQUEST_EXTRA_WORD', severity: 'error', message: `Expected --${flag} of ${owner.what} once; found it twice.` });
  else given.set(name, next);
}

function takePositional(word: string, positional: readonly (readonly [string, Parameter])[], given: Map<string, unknown>, owner: Owner, problems: Diagnostic[]): void {
  const slot = positional.find(([name, parameter]) => parameter.type === 'list' || !given.has(name));
  if (slot === undefined) {
    problems.push({ code: 'COS_REQUEST_EXTRA_WORD', severity: 'error', message: `Nothing takes the word "${word}": ${owner.what} has ${positional.length === 0 ? 'no parameters without a flag' : `only ${positional.length}`}.` });
    return;
  }
  const [name, parameter] = slot;
  given.set(name, parameter.type === 'list' ? [...asList(given.get(name)), word] : word);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function unknownFlag(word: string, flag: string, own: readonly string[], others: readonly string[], { what, see, instead = {} }: Owner): Diagnostic {
  const known = Object.hasOwn(instead, flag) ? instead[flag] : undefined;
  return {
    code: 'COS_REQUEST_UNKNOWN_FLAG',
    severity: 'error',
    message: `The flag ${JSON.stringify(word)} is not known to cos or to ${what}.`,
    hint: known ?? flagHint(word, [...own, ...others], `${see} --help`),
  };
}

/** Splits the words behind `cos run` into the targets that are asked for and what is left for their parameters. */
export function splitTargets(words: readonly string[], targets: ReadonlyMap<string, { readonly params?: Parameters }>): { readonly names: readonly string[]; readonly rest: readonly string[] } {
  const [first, ...more] = words;
  if (first === undefined) return { names: [], rest: [] };
  const names = [first];
  const rest: string[] = [];
  let ended = false;
  for (const [index, word] of more.entries()) {
    if (word === '--') ended = true;
    // The word behind `--flag` is its value, even when a target has that name.
    const previous = more[index - 1];
    const isValue = previous !== undefined && takesValue(previous, names, targets);
    if (!ended && !isValue && !word.startsWith('-') && targets.has(word)) names.push(word);
    else rest.push(word);
  }
  return { names: [...new Set(names)], rest };
}

function takesValue(word: string, names: readonly string[], targets: ReadonlyMap<string, { readonly params?: Parameters }>): boolean {
  if (!word.startsWith('--') || word.includes('=')) return false;
  const flag = word.slice(2);
  return names.some((target) => Object.entries(targets.get(target)?.params ?? {}).some(([name, parameter]) => parameter.positional !== true && bareOf(parameter) === undefined && flagOf(name) === flag));
}
