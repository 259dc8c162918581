import { CosError } from '../errors/cos-error.ts';
import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Parameter } from '../model/parameter.ts';
import type { AskedTarget } from '../plan/create-plan.ts';
import type { Settings } from './arguments.ts';
import { preparePlan, type PreparedConfig, type PreparedPlan } from './prepare.ts';
import { tell, type Terminal } from './terminal.ts';

/** Plans for commands that only look: no targets means all that need no parameter. Warnings go to standard error. */
export async function planWithoutRun(prepared: PreparedConfig, asked: readonly AskedTarget[] | undefined, settings: Settings, terminal: Terminal): Promise<PreparedPlan> {
  const targets = asked ?? allTargets(prepared.config);
  const made = await preparePlan(prepared, targets, { settings, terminal, emit: () => undefined });
  tell(terminal, made.warnings, { workspace: prepared.config.workspace, color: settings.errorColor });
  return made;
}

/** Every target that can be planned without being told more. */
export function allTargets(config: ResolvedConfig): readonly AskedTarget[] {
  const free = [...config.targets].filter(([, target]) => !Object.values<Parameter>(target.params ?? {}).some((parameter) => 'required' in parameter && parameter.required));
  if (free.length === 0) throw new CosError({ code: 'COS_REQUEST_MISSING_VALUE', severity: 'error', message: 'Expected a target: every target of the config needs parameters, or there is none.', hint: 'See `cos list`.' });
  return free.map(([name]) => ({ name, parameters: {} }));
}
