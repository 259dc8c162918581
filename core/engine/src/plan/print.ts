import type { TaskKey } from '../model/identity.ts';
import type { Plan, PlannedTask } from '../model/plan.ts';
import { neededTasks } from './order.ts';

/** The plan as text: planners, tasks in order with what they read, and what is published. */
export function printPlan(plan: Plan): string {
  const parts: string[] = [];
  if (plan.planners.length > 0) parts.push(section('Planned by', plan.planners.map(({ plugin, planner, description }) => `${plugin}.${planner}  ${description}`)));
  parts.push(section(`Tasks (${plan.tasks.length})`, plan.tasks.flatMap((task) => [`${task.key}${task.effect === undefined ? '' : '  (publishes)'}`, ...readsOf(task).map((line) => `    ${line}`)])));
  const outputs = plan.wanted.flatMap(({ path, task, output }) => (path === undefined ? [] : [`${plan.outDir}/${path}  from ${task}:${output}`]));
  if (outputs.length > 0) parts.push(section('Outputs', outputs));
  return parts.join('\n\n');
}

function readsOf(task: PlannedTask): readonly string[] {
  return Object.entries(task.inputs).flatMap(([port, { artifacts }]) => artifacts.map((input) => `${port}: ${'source' in input ? input.source : `${input.task}:${input.output}`}`));
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** Which task needs which, as an indented tree below each task that nothing needs; a task that stands elsewhere already is not repeated. */
export function printTree(plan: Plan): string {
  const tasks = new Map(plan.tasks.map((task) => [task.key, task]));
  const needed = new Set(plan.tasks.flatMap((task) => [...neededTasks(task)]));
  const shown = new Set<TaskKey>();
  const lines: string[] = [];
  // A stack of lines still to print, because chains may be longer than the call stack.
  const open = [...tasks.keys()].filter((key) => !needed.has(key)).sort().reverse().map((key) => ({ key, branch: '', below: '' }));
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { key, branch, below } = item;
    const task = tasks.get(key);
    const children = task === undefined || shown.has(key) ? [] : neededTasks(task);
    lines.push(`${branch}${key}${shown.has(key) && task !== undefined && neededTasks(task).length > 0 ? ' (above)' : ''}`);
    shown.add(key);
    for (const [index, child] of [...children.entries()].reverse()) {
      const isLast = index === children.length - 1;
      open.push({ key: child, branch: `${below}${isLast ? '└─ ' : '├─ '}`, below: `${below}${isLast ? '   ' : '│  '}` });
    }
  }
  return lines.join('\n');
}

/** The graph in the language of Graphviz. */
export function printDot(plan: Plan): string {
  const lines = plan.tasks.flatMap((task) => [`  ${quote(task.key)};`, ...neededTasks(task).map((key) => `  ${quote(key)} -> ${quote(task.key)};`)]);
  return ['digraph plan {', '  rankdir=LR;', '  node [shape=box];', ...lines, '}'].join('\n');
}

/** The graph as Mermaid text, as many Markdown viewers show it. */
export function printMermaid(plan: Plan): string {
  const ids = new Map(plan.tasks.map((task, index) => [task.key, `t${index}`]));
  const lines = plan.tasks.flatMap((task) => [`  ${ids.get(task.key) ?? ''}["${task.key.replaceAll('"', '#quot;')}"]`, ...neededTasks(task).map((key) => `  ${ids.get(key) ?? ''} --> ${ids.get(task.key) ?? ''}`)]);
  return ['flowchart LR', ...lines].join('\n');
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
