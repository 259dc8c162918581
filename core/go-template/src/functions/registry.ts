// Which functions an engine has. Parsing asks by name: a function that is not there is a parse error, also in a branch never taken.
import { builtins } from './builtins.ts';
import { crypto, cryptoSince32 } from './crypto.ts';
import { dates } from './dates.ts';
import { defaults } from './defaults.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';
import { dicts } from './dicts.ts';
import { encoding } from './encoding.ts';
import { environment, including } from './environment.ts';
import { helmFunctions } from './helm.ts';
import { lists } from './lists.ts';
import { math } from './math.ts';
import { osPaths, paths } from './paths.ts';
import { random, randomSince32 } from './random.ts';
import { regex } from './regex.ts';
import { semver } from './semver.ts';
import { luetSerialisation, sprigSerialisation } from './serialise.ts';
import { strings } from './strings.ts';
import { urls } from './urls.ts';

export type Engine = 'luet' | 'helm';

const common: FunctionTable = {
  ...crypto, ...dates, ...defaults, ...dicts, ...encoding, ...lists, ...math, ...paths, ...random, ...regex, ...semver, ...sprigSerialisation,
  ...strings, ...urls,
};

/** Added by sprig 3.2, which helm 3.3.4 does not have yet. */
const since32: FunctionTable = { ...cryptoSince32, ...osPaths, ...randomSince32 };
const namesSince32 = [
  'add1f', 'addf', 'all', 'any', 'chunk', 'dig', 'divf', 'maxf', 'minf', 'mulf', 'mustChunk', 'mustFromJson', 'regexQuoteMeta', 'subf',
];

/** These look at the top of a value only, however much is below. All others are taken to walk through all of it. */
const shallow: ReadonlySet<string> = new Set([
  'all', 'any', 'append', 'chunk', 'coalesce', 'compact', 'concat', 'default', 'dict', 'empty', 'first', 'get', 'hasKey', 'include', 'index',
  'initial', 'keys', 'kindIs', 'kindOf', 'last', 'len', 'list', 'mustAppend', 'mustChunk', 'mustCompact', 'mustFirst', 'mustInitial', 'mustLast',
  'mustPrepend', 'mustPush', 'mustRest', 'mustReverse', 'mustSlice', 'not', 'omit', 'pick', 'pluck', 'prepend', 'push', 'required', 'rest', 'reverse',
  'set', 'slice', 'ternary', 'tpl', 'tuple', 'typeIs', 'typeIsLike', 'typeOf', 'unset', 'values',
]);

const engines: Readonly<Record<Engine, ReadonlyMap<string, TemplateFunction>>> = {
  luet: collect([builtins, common, since32, environment, luetSerialisation, including]),
  helm: collect([builtins, without(common, namesSince32), including, helmFunctions]),
};

export function functionsOf(engine: Engine): ReadonlyMap<string, TemplateFunction> {
  return engines[engine];
}

export function isShallowFunction(name: string): boolean {
  return shallow.has(name);
}

/** Later tables win: sprig's `slice` hides the one that Go builds in. */
function collect(tables: readonly FunctionTable[]): ReadonlyMap<string, TemplateFunction> {
  return new Map(tables.flatMap((table) => Object.entries(table)));
}

function without(table: FunctionTable, names: readonly string[]): FunctionTable {
  return Object.fromEntries(Object.entries(table).filter(([name]) => !names.includes(name)));
}
