import { printPlan } from '../../plan/print.ts';
import type { AskedTarget } from '../../plan/create-plan.ts';
import type { Settings } from '../arguments.ts';
import { planWithoutRun } from '../plan-without-run.ts';
import type { PreparedConfig } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';

/** `cos run --dry-run`: what would run, and why. */
export async function dryRun(prepared: PreparedConfig, targets: readonly AskedTarget[], settings: Settings, terminal: Terminal): Promise<number> {
  const { plan } = await planWithoutRun(prepared, targets, settings, terminal);
  terminal.out.write(`${printPlan(plan)}\n`);
  return 0;
}
