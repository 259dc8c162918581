import { lstat, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { systemCode } from '../errors/expected.ts';
import { at, noteAt } from '../errors/place.ts';
import type { TaskKey } from '../model/identity.ts';
import type { Json } from '../model/json.ts';
import type { PlannedTask } from '../model/plan.ts';
import { workspacePath } from '../model/workspace-path.ts';
import type { Draft } from './draft.ts';
import { neededTasks } from './order.ts';
import type { Wish } from './wanted.ts';

/** Whether stages that publish may run at all: not when a command of a plugin asks for a target. */
export type Effects = 'asked' | 'refused';

/** What must hold of the whole plan, beside what each call checks. */
export async function checkPlan(draft: Draft, tasks: readonly PlannedTask[], wishes: readonly Wish[], effects: Effects): Promise<void> {
  checkOutputs(draft, tasks, wishes);
  checkEffects(draft, tasks, wishes, effects);
  await checkSources(draft);
  await warnOfPaths(draft, tasks);
}

/** No two outputs at one path, none inside of another. */
function checkOutputs(draft: Draft, tasks: readonly PlannedTask[], wishes: readonly Wish[]): void {
  const sites = new Map(tasks.map((task) => [task.key, task.declaredAt]));
  const named = wishes.filter((wish) => wish.path !== undefined).sort((a, b) => ((a.path ?? '') < (b.path ?? '') ? -1 : 1));
  const taken = new Map<string, Wish>();
  for (const wish of named) {
    const path = wish.path ?? '';
    const parts = path.split('/');
    const holder = parts.map((_, index) => taken.get(parts.slice(0, index + 1).join('/'))).find((other) => other !== undefined && !(other.path === path && other.task === wish.task && other.output === wish.output));
    if (holder !== undefined) {
      draft.report({
        code: 'COS_PLAN_OUTPUT_COLLISION',
        severity: 'error',
        message: `Expected outputs apart from each other; found "${path}" of ${wish.task} and "${holder.path ?? ''}" of ${holder.task}.`,
        ...at(sites.get(wish.task)),
        notes: noteAt('the other task is made here', sites.get(holder.task)),
        hint: 'With several derivatives or platforms, put `scope` of the context before the paths: `${scope}/sample.iso`.',
      });
      continue;
    }
    taken.set(path, wish);
  }
}

function checkEffects(draft: Draft, tasks: readonly PlannedTask[], wishes: readonly Wish[], effects: Effects): void {
  const wanted = new Set<TaskKey>(wishes.map(({ task }) => task));
  for (const task of tasks) {
    if (task.effect === undefined) continue;
    const consumer = tasks.find((other) => neededTasks(other).includes(task.key));
    if (effects === 'asked' && wanted.has(task.key)) continue;
    draft.report({
      code: 'COS_PLAN_EFFECT',
      severity: 'error',
      message: effects === 'refused' ? `${task.key} publishes: it runs only when its target is asked for with \`cos run\`.` : `${task.key} publishes, but is only needed by ${consumer?.key ?? 'other tasks'}: what leaves the machine must be wanted itself.`,
      ...at(task.declaredAt),
      hint: 'Return its output from a target of its own and ask for that by name.',
    });
  }
}

async function checkSources(draft: Draft): Promise<void> {
  const root = await realpath(draft.config.workspace);
  for (const [path, site] of [...draft.sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const absolute = join(draft.config.workspace, path);
    const problem = (message: string, hint?: string) => draft.report({ code: 'COS_PLAN_SOURCE', severity: 'error', message, ...at(site), ...(hint === undefined ? {} : { hint }) });
    try {
      const entry = await lstat(absolute);
      const real = await realpath(absolute);
      if (real !== root && !real.startsWith(`${root}${sep}`)) problem(`Expected a source inside of the workspace; "${path}" is a link to "${real}".`, 'Copy what is needed into the workspace.');
      else if (!entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink()) problem(`Expected a file or folder as source; "${path}" is neither.`);
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') problem(`Expected a file or folder as source; "${path}" does not exist.`);
      else throw error;
    }
  }
}

/** A path inside of an option is invisible to the fingerprint: the task would stay fresh when the file changes. */
async function warnOfPaths(draft: Draft, tasks: readonly PlannedTask[]): Promise<void> {
  const known = new Map<string, boolean>();
  for (const task of tasks) {
    const sources = Object.values(task.inputs).flatMap(({ artifacts }) => artifacts.flatMap((input) => ('source' in input ? [input.source] : [])));
    for (const { path, text } of textsOf(task.options, [])) {
      const inside = workspacePath(text);
      if (inside === undefined || inside === '.' || text.length > 200 || !/[/.]/.test(text)) continue;
      // A name for messages of what the task reads.
      if (sources.some((source) => inside === source || source === '.' || inside.startsWith(`${source}/`))) continue;
      const exists = known.get(inside) ?? (await isThere(join(draft.config.workspace, inside)));
      known.set(inside, exists);
      if (!exists) continue;
      draft.report({
        code: 'COS_PLAN_PATH_IN_OPTION',
        severity: 'warning',
        message: `Option "${path.join('.')}" of ${task.key} is "${text}", which is also a path of the workspace: changes of its content do not make the task run again.`,
        ...at(task.declaredAt),
        hint: 'If the stage reads the file, give it as an input: source("...").',
      });
    }
  }
}

function textsOf(value: Json, path: readonly string[]): readonly { readonly path: readonly string[]; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries<Json>(value).flatMap(([key, item]) => textsOf(item, [...path, key]));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    // Whatever hinders: nothing that a warning could be about.
    return false;
  }
}
