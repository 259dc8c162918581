import type { TaskKey } from '../model/identity.ts';
import type { PlannedTask, WantedOutput } from '../model/plan.ts';
import { neededTasks } from './order.ts';

/** The tasks that what is wanted needs; stage calls that nothing uses make no task of the plan. */
export function pruneTasks(tasks: ReadonlyMap<TaskKey, PlannedTask>, wanted: readonly WantedOutput[]): readonly PlannedTask[] {
  const kept = new Map<TaskKey, PlannedTask>();
  const open = wanted.map(({ task }) => task);
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const task = tasks.get(key);
    if (task === undefined || kept.has(key)) continue;
    kept.set(key, task);
    open.push(...neededTasks(task));
  }
  return [...kept.values()];
}
