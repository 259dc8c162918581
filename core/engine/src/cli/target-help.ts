import type { ResolvedConfig } from '../config/resolved-config.ts';
import { createPaint } from '../errors/paint.ts';
import { bareOf, flagOf, type Parameter, type Parameters } from '../model/parameter.ts';
import type { Settings } from './arguments.ts';
import type { Terminal } from './terminal.ts';

/** `cos run <target> --help`: what the target is and which parameters it takes. */
export function printTargetHelp(names: readonly string[], config: ResolvedConfig, terminal: Terminal, settings: Pick<Settings, 'color'>): number {
  const texts = names.map((name) => {
    const target = config.targets.get(name);
    return parametersHelp(`cos run ${name}`, target?.description ?? '', target?.params ?? {}, settings.color);
  });
  terminal.out.write(`${texts.join('\n\n')}\n\nFlags of every run: cos run --help\n`);
  return 0;
}

/** Usage, description and parameters of a target or a command as text. */
export function parametersHelp(command: string, description: string, parameters: Parameters, color: boolean, more?: MoreFlags): string {
  const paint = createPaint(color);
  const list = Object.entries(parameters);
  const words = list.filter(([, parameter]) => parameter.positional === true);
  const flags = list.filter(([, parameter]) => parameter.positional !== true);
  const usage = [command, ...(flags.length > 0 ? ['[flags]'] : []), ...words.map(([name, parameter]) => usageWord(name, parameter))].join(' ');
  const rows = [...words.map(([name, parameter]) => [name, parameter] as const), ...flags.map(([name, parameter]) => [flagUsage(name, parameter), parameter] as const)];
  const others = more === undefined ? [] : Object.entries(more.parameters).map(([name, parameter]) => [`${shortForm(name, more)}${flagUsage(name, parameter)}`, parameter] as const);
  const width = Math.max(0, ...[...rows, ...others].map(([left]) => left.length));
  const line = ([left, parameter]: readonly [string, Parameter]): string => `  ${left.padEnd(width)}  ${parameter.description}${notes(parameter)}`;
  return [
    `${paint.bold('Usage')}: ${usage}`,
    '',
    description,
    ...(rows.length === 0 ? [] : ['', paint.bold('Parameters'), ...rows.map(line)]),
    ...(more === undefined ? [] : ['', paint.bold(more.title), ...others.map(line)]),
  ].join('\n');
}

/** Flags that are not the command's own. */
export interface MoreFlags {
  readonly title: string;
  readonly parameters: Parameters;
  /** One letter to the parameter that it stands for. */
  readonly short: Readonly<Record<string, string>>;
}

function shortForm(name: string, { short }: MoreFlags): string {
  const letter = Object.entries(short).find(([, long]) => long === name)?.[0];
  return letter === undefined ? '' : `-${letter}, `;
}

function usageWord(name: string, parameter: Parameter): string {
  const isRequired = 'required' in parameter && parameter.required;
  const word = parameter.type === 'list' ? `${name}...` : name;
  return isRequired ? `<${word}>` : `[${word}]`;
}

function flagUsage(name: string, parameter: Parameter): string {
  const bare = bareOf(parameter);
  if (bare !== undefined) return `--${flagOf(name)}${bare === true ? '' : '[=<text>]'}`;
  switch (parameter.type) {
    case 'integer':
      return `--${flagOf(name)} <number>`;
    case 'choice':
      return `--${flagOf(name)} <${parameter.choices.join('|')}>`;
    case 'list':
      return `--${flagOf(name)} <text>...`;
    case 'flag':
    case 'text':
      return `--${flagOf(name)} <text>`;
    default:
      return parameter satisfies never;
  }
}

function notes(parameter: Parameter): string {
  const parts = [
    ...('default' in parameter && parameter.default !== undefined ? [`default: ${parameter.default}`] : []),
    ...('required' in parameter && parameter.required ? ['required'] : []),
    ...(parameter.type === 'list' && parameter.positional !== true ? ['may be given many times'] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}
