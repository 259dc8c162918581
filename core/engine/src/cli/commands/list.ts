import { createPaint } from '../../errors/paint.ts';
import type { Command } from '../../model/plugin.ts';
import type { Stage } from '../../model/stage.ts';
import type { Settings } from '../arguments.ts';
import { prepareConfig } from '../prepare.ts';
import { tell, type Terminal } from '../terminal.ts';

/** `cos list`: what the config offers. */
export async function list(settings: Settings, terminal: Terminal): Promise<number> {
  const { config, diagnostics } = await prepareConfig(settings);
  const paint = createPaint(settings.color);
  const plugins = [...config.plugins.values()].map(({ definition }) => definition);
  const described = (members: Readonly<Record<string, { readonly description: string }>> | undefined) => Object.entries(members ?? {}).map(([name, { description }]): Row => [name, description]);
  const sections: (readonly [string, readonly Row[]])[] = [
    ['Targets (cos run <target>)', [...config.targets].map(([name, { description }]): Row => [name, description])],
    ['Derivatives', config.derivatives.map(({ name, version, from, platforms }): Row => [name, `${version}, from ${from.name}, ${platforms.join(', ')}`])],
    ...plugins.map(({ name, stages, planners, pins }): readonly [string, readonly Row[]] => [
      `Plugin ${name}`,
      [...described(planners as Readonly<Record<string, Stage>>), ...described(stages as Readonly<Record<string, Stage>>), ...described(pins as Readonly<Record<string, Stage>>)],
    ]),
    ['Commands of plugins (cos <command>)', plugins.flatMap(({ commands }) => described(commands as Readonly<Record<string, Command>> | undefined))],
  ];
  const shown = sections.filter(([, rows]) => rows.length > 0);
  const width = Math.max(0, ...shown.flatMap(([, rows]) => rows.map(([name]) => name.length)));
  if (shown.length > 0) terminal.out.write(`${shown.map(([title, rows]) => [paint.bold(title), ...rows.map(([name, what]) => `  ${name.padEnd(width)}  ${paint.dim(what)}`)].join('\n')).join('\n\n')}\n`);
  tell(terminal, diagnostics, { workspace: config.workspace, color: settings.errorColor });
  return diagnostics.some(({ severity }) => severity === 'error') ? 2 : 0;
}

type Row = readonly [string, string];
