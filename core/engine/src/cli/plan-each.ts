import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf } from '../errors/expected.ts';
import type { AskedTarget } from '../plan/create-plan.ts';
import type { PlannerMemo } from '../plan/planner-call.ts';
import type { Settings } from './arguments.ts';
import { preparePlan, type PreparedConfig, type PreparedPlan } from './prepare.ts';
import type { Terminal } from './terminal.ts';

export interface PlannedEach {
  readonly plans: readonly { readonly target: AskedTarget; readonly prepared: PreparedPlan }[];
  /** Targets that cannot be planned, with their problems. */
  readonly refused: readonly { readonly target: AskedTarget; readonly problems: readonly Diagnostic[] }[];
  readonly memo: PlannerMemo;
}

/**
 * A plan for each target, for commands that only look: one target that cannot be planned (a key that is not there yet) does not hide the others. Looking must
 * not go to the network, so pins that are missing are problems.
 */
export async function planEach(config: PreparedConfig, targets: readonly AskedTarget[], settings: Settings, terminal: Terminal): Promise<PlannedEach> {
  const memo: PlannerMemo = new Map();
  const plans: PlannedEach['plans'][number][] = [];
  const refused: PlannedEach['refused'][number][] = [];
  for (const target of targets) {
    try {
      plans.push({ target, prepared: await preparePlan(config, [target], { settings: { ...settings, frozen: true }, terminal, emit: () => undefined, memo }) });
    } catch (error) {
      const problems = diagnosticsOf(error);
      if (problems === undefined) throw error;
      refused.push({ target, problems });
    }
  }
  return { plans, refused, memo };
}
