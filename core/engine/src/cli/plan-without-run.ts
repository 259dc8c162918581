import type { ResolvedConfig } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Parameter } from '../model/parameter.ts';
import type { AskedTarget } from '../plan/create-plan.ts';
import type { Settings } from './arguments.ts';
import { planEach } from './plan-each.ts';
import { preparePlan, refuseErrors, type PreparedConfig, type PreparedPlan } from './prepare.ts';
import { tell, type Terminal } from './terminal.ts';

/**
 * Plans for commands that only look. No targets means all that can be planned as they are: those that need parameters or have problems are left out, and
 * the problems are told as warnings. Warnings go to standard error.
 */
export async function planWithoutRun(config: PreparedConfig, asked: readonly AskedTarget[] | undefined, settings: Settings, terminal: Terminal): Promise<PreparedPlan> {
  const show = { workspace: config.config.workspace, color: settings.errorColor };
  if (asked !== undefined) {
    const made = await preparePlan(config, asked, { settings, terminal, emit: () => undefined });
    tell(terminal, made.warnings, show);
    return made;
  }
  refuseErrors(config.diagnostics);
  const { plans, refused, memo } = await planEach(config, allTargets(config.config), settings, terminal);
  if (plans.length === 0) throw new CosError(refused.flatMap(({ problems }) => [...problems]));
  const made = await preparePlan(config, plans.map(({ target }) => target), { settings: { ...settings, frozen: true }, terminal, emit: () => undefined, memo });
  const leftOut = refused.flatMap(({ target, problems }) => problems.map((problem) => ({ ...problem, severity: 'warning' as const, notes: [...(problem.notes ?? []), { message: `target "${target.name}" is left out` }] })));
  tell(terminal, [...leftOut, ...made.warnings], show);
  return made;
}

/** Every target that can be planned without being told more. */
export function allTargets(config: ResolvedConfig): readonly AskedTarget[] {
  const free = [...config.targets].filter(([, target]) => !Object.values<Parameter>(target.params ?? {}).some((parameter) => 'required' in parameter && parameter.required));
  if (free.length === 0) throw new CosError({ code: 'COS_REQUEST_MISSING_VALUE', severity: 'error', message: 'Expected a target: every target of the config needs parameters, or there is none.', hint: 'See `cos list`.' });
  return free.map(([name]) => ({ name, parameters: {} }));
}
