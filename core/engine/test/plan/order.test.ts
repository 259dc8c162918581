import { expect, test } from 'vitest';
import { taskKey } from '../../src/model/identity.ts';
import type { PlannedTask } from '../../src/model/plan.ts';
import { orderTasks } from '../../src/plan/order.ts';
import { pruneTasks } from '../../src/plan/prune.ts';

function task(name: string, ...needs: readonly string[]): PlannedTask {
  const artifacts = needs.map((need) => ({ task: taskKey('p', 's', need), output: 'out' }));
  return { key: taskKey('p', 's', name), inputs: { files: { kind: 'file-tree', arity: 'many', artifacts } } } as Partial<PlannedTask> as PlannedTask;
}

const names = (tasks: readonly PlannedTask[]) => tasks.map(({ key }) => key.slice(key.indexOf('#') + 1)).join(' ');

test('tasks come after their inputs, else in the order of code units, whatever the order of the calls', () => {
  const tasks = [task('d', 'b', 'c'), task('b', 'a'), task('Z'), task('c', 'a'), task('a'), task('é')];
  expect(names(orderTasks(tasks))).toBe('Z a b c d é');
  expect(names(orderTasks([...tasks].reverse()))).toBe('Z a b c d é');
});

test('a chain longer than the call stack is ordered', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) => (index === 0 ? task('t0') : task(`t${index}`, `t${index - 1}`)));
  expect(orderTasks([...chain].reverse())[19_999]?.key).toBe('p.s#t19999');
});

test('a cycle or a missing task is a bug, not an answer', () => {
  expect(() => orderTasks([task('a', 'b'), task('b', 'a')])).toThrow('Internal error');
  expect(() => orderTasks([task('a', 'gone')])).toThrow('Internal error');
});

test('only what is wanted, and what that needs, stays', () => {
  const tasks = new Map([task('a'), task('b', 'a'), task('c', 'b'), task('x', 'a')].map((each) => [each.key, each]));
  expect(names(pruneTasks(tasks, [{ path: undefined, task: taskKey('p', 's', 'b'), output: 'out' }])).split(' ').sort()).toEqual(['a', 'b']);
});
