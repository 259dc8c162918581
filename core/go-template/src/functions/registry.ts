// Which functions an engine has. Parsing asks by name: a function that is not there is a parse error, also in a branch never taken.
import { builtins } from './builtins.ts';
import { defaults } from './defaults.ts';
import type { FunctionTable, TemplateFunction } from './define.ts';
import { dicts } from './dicts.ts';
import { environment, including } from './environment.ts';
import { lists } from './lists.ts';
import { math } from './math.ts';
import { luetSerialisation, sprigSerialisation } from './serialise.ts';
import { strings } from './strings.ts';

export type Engine = 'luet' | 'helm';

const sprig: FunctionTable = { ...defaults, ...dicts, ...lists, ...math, ...strings, ...sprigSerialisation };

const engines: Readonly<Record<Engine, ReadonlyMap<string, TemplateFunction>>> = {
  luet: collect(builtins, sprig, environment, luetSerialisation, including),
  helm: collect(builtins, sprig, luetSerialisation, including),
};

export function functionsOf(engine: Engine): ReadonlyMap<string, TemplateFunction> {
  return engines[engine];
}

/** Later tables win: sprig's `slice` hides the one that Go builds in. */
function collect(...tables: readonly FunctionTable[]): ReadonlyMap<string, TemplateFunction> {
  return new Map(tables.flatMap((table) => Object.entries(table)));
}
