import type { TaskKey } from '../model/identity.ts';
import type { PlannedTask } from '../model/plan.ts';

/**
 * Tasks in an order in which each comes after its inputs; among what is free the smaller key (by code unit) comes first, so that equal plans are equal
 * texts. Cycles cannot be made by stage calls: one is a bug.
 */
export function orderTasks(tasks: readonly PlannedTask[]): readonly PlannedTask[] {
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const states = new Map<TaskKey, 'open' | 'done'>();
  const ordered: PlannedTask[] = [];
  for (const root of [...byKey.keys()].sort()) {
    // A stack instead of recursion: chains of packages may be longer than the call stack.
    const stack: { readonly key: TaskKey; readonly needs: Iterator<TaskKey> }[] = [];
    const open = (key: TaskKey) => {
      const task = byKey.get(key);
      if (task === undefined) throw new Error(`Internal error: the plan has no task ${key}`);
      states.set(key, 'open');
      stack.push({ key, needs: neededTasks(task).values() });
    };
    if (!states.has(root)) open(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.needs.next();
      if (next.done === true) {
        stack.pop();
        states.set(top.key, 'done');
        const task = byKey.get(top.key);
        if (task !== undefined) ordered.push(task);
        continue;
      }
      const state = states.get(next.value);
      if (state === 'open') throw new Error(`Internal error: the plan has a cycle at ${next.value}`);
      if (state === undefined) open(next.value);
    }
  }
  return ordered;
}

/** Keys of the tasks whose outputs a task reads, sorted, each once. */
export function neededTasks(task: PlannedTask): readonly TaskKey[] {
  const keys = Object.values(task.inputs).flatMap(({ artifacts }) => artifacts.flatMap((artifact) => ('task' in artifact ? [artifact.task] : [])));
  return [...new Set(keys)].sort();
}
