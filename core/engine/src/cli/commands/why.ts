import { CosError } from '../../errors/cos-error.ts';
import { hintFor } from '../../errors/did-you-mean.ts';
import { createPaint, type Paint } from '../../errors/paint.ts';
import { explainTask, type Cause, type Explanation } from '../../execute/explain-task.ts';
import { describeDifference } from '../../fingerprint/compare-records.ts';
import type { Diagnostic } from '../../errors/diagnostic.ts';
import type { TaskKey } from '../../model/identity.ts';
import type { Settings } from '../arguments.ts';
import { readAsked } from '../asked-targets.ts';
import { planEach } from '../plan-each.ts';
import { allTargets } from '../plan-without-run.ts';
import { executeOptions, prepareConfig, refuseErrors } from '../prepare.ts';
import type { Terminal } from '../terminal.ts';

/** `cos why <task>`: what a run would do with the task, and what changed since it last ran. */
export async function why(wanted: string, inTargets: readonly string[], settings: Settings, terminal: Terminal): Promise<number> {
  const prepared = await prepareConfig(settings);
  refuseErrors(prepared.diagnostics);
  const asked = inTargets.length > 0 ? readAsked(inTargets, prepared.config.targets).targets : allTargets(prepared.config);
  // One plan for each target, because targets with different parameters may mean different tasks by one key.
  const each = await planEach(prepared, asked, settings, terminal);
  const plans = each.plans.map((planned) => planned.prepared);
  const keys = [...new Set(plans.flatMap(({ plan }) => plan.tasks.map(({ key }) => key)))].sort();
  const key = findKey(wanted, keys, each.refused.flatMap(({ problems }) => [...problems]));
  const holder = plans.find(({ plan }) => plan.tasks.some((task) => task.key === key));
  if (holder === undefined) throw new Error(`Internal error: no plan has ${key}`);
  const explanation = await explainTask(holder.plan, holder.bindings, executeOptions(prepared.config, settings, terminal), key);
  terminal.out.write(`${printExplanation(explanation, createPaint(settings.color))}\n`);
  return 0;
}

function findKey(wanted: string, keys: readonly TaskKey[], problems: readonly Diagnostic[]): TaskKey {
  const exact = keys.find((key) => key === wanted);
  if (exact !== undefined) return exact;
  const containing = keys.filter((key) => key.includes(wanted));
  const [only] = containing;
  if (only !== undefined && containing.length === 1) return only;
  // Without a plan there is nothing to choose from: what hinders planning is what the user must know.
  if (keys.length === 0 && problems.length > 0) throw new CosError(problems);
  throw new CosError({
    code: 'COS_REQUEST_UNKNOWN_TASK',
    severity: 'error',
    message: containing.length > 1 ? `Expected a part of one task's key; "${wanted}" is in ${containing.length}.` : `No target plans a task "${wanted}".`,
    hint: containing.length > 1 ? `They are ${containing.slice(0, 12).join(', ')}${containing.length > 12 ? ' ...' : ''}.` : hintFor(wanted, keys, 'tasks', 'No target plans any task.'),
  });
}

function printExplanation({ task, description, now, last, made }: Explanation, paint: Paint): string {
  const lines = [`${paint.bold(task)}  ${paint.dim(description)}`, '', `Now: ${now.outcome} (${now.reason}).`, ...detail(now.differences, '  '), ...causes(now.because, 'It begins with')];
  if (last !== undefined) lines.push('', `Last run: ${last.outcome} (${last.reason}).`);
  if (made !== undefined) lines.push('', `What is there: ${made.outcome} before (${made.reason}).`, ...detail(made.differences, '  '), ...causes(made.because, 'That came from'));
  return lines.join('\n');
}

function causes(list: readonly Cause[], title: string): readonly string[] {
  return list.flatMap(({ task, reason, differences }) => [`  ${title} ${task}: ${reason}`, ...detail(differences, '    ')]);
}

function detail(differences: Explanation['now']['differences'], indent: string): readonly string[] {
  return differences.flatMap((difference) => {
    const files = difference.what === 'input' ? (difference.files ?? []) : [];
    return [`${indent}- ${describeDifference(difference)}`, ...files.slice(0, 20).map(({ path, change }) => `${indent}    ${change.padEnd(7)} ${path}`), ...(files.length > 20 ? [`${indent}    and ${files.length - 20} more`] : [])];
  });
}
