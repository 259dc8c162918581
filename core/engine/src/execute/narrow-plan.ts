import { CosError } from '../errors/cos-error.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import type { TaskKey } from '../model/identity.ts';
import type { Plan, PlannedPort, PlannedTask } from '../model/plan.ts';
import { decidersOf } from './run.ts';

/** What of a plan decides over one artifact: the tasks that it needs, without their hints, and the sources of those. It is wanted, and not published. */
export function narrowPlan(plan: Plan, { task, output }: { readonly task: TaskKey; readonly output: string }): Plan {
  const tasks = new Map(plan.tasks.map((each) => [each.key, each]));
  if (tasks.get(task)?.outputs[output] === undefined) {
    throw new CosError({
      code: 'COS_REQUEST_NOT_MADE',
      severity: 'error',
      message: `Expected ${plan.targets.map((target) => `target "${target}"`).join(', ')} to make ${JSON.stringify(`${task}:${output}`)}; it does not.`,
      hint: hintFor(`${task}:${output}`, plan.tasks.flatMap(({ key, outputs }) => Object.keys(outputs).map((name) => `${key}:${name}`)), 'artifacts'),
    });
  }
  const kept = new Set([task]);
  for (const key of kept) {
    const each = tasks.get(key);
    if (each !== undefined) for (const decider of decidersOf(each)) kept.add(decider);
  }
  const publishing = plan.tasks.find(({ key, effect }) => kept.has(key) && effect === 'publish');
  if (publishing !== undefined) {
    throw new CosError({ code: 'COS_PLAN_EFFECT', severity: 'error', message: `${publishing.key} publishes: what leaves the machine is not done a second time.`, hint: 'Repeat the build of what it publishes.' });
  }
  const narrow = plan.tasks.filter(({ key }) => kept.has(key)).map(withoutHints);
  const sources = new Set(narrow.flatMap(({ inputs }) => Object.values(inputs).flatMap(({ artifacts }) => artifacts.flatMap((input) => ('source' in input ? [input.source] : [])))));
  return { ...plan, tasks: narrow, wanted: [{ path: undefined, task, output }], sources: [...sources].sort() };
}

function withoutHints(task: PlannedTask): PlannedTask {
  const inputs = Object.entries(task.inputs).map(([port, planned]): [string, PlannedPort] => [port, planned.arity === 'hint' ? { ...planned, artifacts: [] } : planned]);
  return { ...task, inputs: Object.fromEntries(inputs) };
}
