import { printPlan } from '../../plan/print.ts';
import { readAsked } from '../asked-targets.ts';
import type { Settings } from '../arguments.ts';
import { planWithoutRun } from '../plan-without-run.ts';
import { prepareConfig } from '../prepare.ts';
import { printTargetHelp } from '../target-help.ts';
import type { Terminal } from '../terminal.ts';

/** `cos plan [target...]`: the plan as text or JSON. Equal configs and trees give equal bytes. */
export async function plan(words: readonly string[], json: boolean, settings: Settings, terminal: Terminal): Promise<number> {
  const prepared = await prepareConfig(settings);
  const asked = words.length > 0 ? readAsked(words, prepared.config.targets) : undefined;
  if (asked?.help === true) return printTargetHelp(asked.targets.map(({ name }) => name), prepared.config, terminal, settings);
  const made = await planWithoutRun(prepared, asked?.targets, settings, terminal);
  terminal.out.write(`${json ? JSON.stringify(made.plan, undefined, 2) : printPlan(made.plan)}\n`);
  return 0;
}
