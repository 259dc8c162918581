import { readAsked } from '../asked-targets.ts';
import type { Settings } from '../arguments.ts';
import { prepareConfig } from '../prepare.ts';
import { runAsked } from '../run-asked.ts';
import { printTargetHelp } from '../target-help.ts';
import type { Terminal } from '../terminal.ts';

/** `cos run <target...>`: load, plan, execute, report. */
export async function run(words: readonly string[], settings: Settings, terminal: Terminal): Promise<number> {
  const prepared = await prepareConfig(settings);
  const asked = readAsked(words, prepared.config.targets);
  if (asked.help) return printTargetHelp(asked.targets.map(({ name }) => name), prepared.config, terminal, settings);
  return runAsked(prepared, asked.targets, settings, terminal);
}
