import { at, noteAt, showPath } from '../errors/place.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import type { TaskKey } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import type { PlannedTask, RunMode } from '../model/plan.ts';
import type { Tool } from '../model/tool.ts';
import type { Draft, DraftCall } from './draft.ts';

export interface SettledCalls {
  readonly tasks: ReadonlyMap<TaskKey, PlannedTask>;
  /** Parsed options, as stages see them. */
  readonly options: ReadonlyMap<TaskKey, unknown>;
}

/** Waits until the options of all calls are checked and makes tasks of calls. Equal calls are one task; calls of one key that differ are a problem. */
export async function settleCalls(draft: Draft): Promise<SettledCalls> {
  const tasks = new Map<TaskKey, PlannedTask>();
  const parsed = new Map<TaskKey, unknown>();
  for (const call of draft.calls) {
    const options = await call.options;
    const task = plannedTask(call, options?.plain ?? {}, draft.config.workspace);
    const earlier = tasks.get(call.key);
    if (earlier === undefined) {
      tasks.set(call.key, task);
      parsed.set(call.key, options?.parsed);
      continue;
    }
    // A call whose options did not pass cannot be compared; its problem is reported.
    if (options === undefined) continue;
    tasks.set(call.key, Object.freeze({ ...earlier, run: stronger(earlier.run, call.run) }));
    const differences = ['inputs', 'options'].filter((part) => partOf(earlier, part) !== partOf(task, part));
    if (differences.length > 0) {
      draft.report({
        code: 'COS_PLAN_CONFLICT',
        severity: 'error',
        message: `Expected one meaning of task ${call.key}; two calls differ in ${differences.join(' and ')}.`,
        ...at(call.site),
        notes: noteAt('the first call is here', earlier.declaredAt),
        hint: 'Give them different names, or make them equal.',
      });
    }
  }
  return { tasks, options: parsed };
}

/** Who wants a task whatever is known gets it; who only needs it gets it in spite of one who would rather go without. */
function stronger(a: RunMode, b: RunMode): RunMode {
  return a === 'always' || b === 'always' ? 'always' : a === 'needed' || b === 'needed' ? 'needed' : 'never';
}

function partOf(task: PlannedTask, part: string): string {
  return JSON.stringify(part === 'inputs' ? Object.entries(task.inputs).filter(([, { arity }]) => arity !== 'hint') : task.options);
}

function plannedTask(call: DraftCall, options: JsonObject, workspace: string): PlannedTask {
  const { stage } = call;
  const tools: readonly (string | Tool)[] = stage.tools ?? [];
  const outputs = Object.entries<ArtifactKind>(stage.outputs).map(([name, kind]) => [name, kind.name]);
  return Object.freeze({
    key: call.key,
    plugin: call.plugin,
    stage: call.stageName,
    name: call.name,
    description: stage.description,
    version: stage.version,
    options,
    inputs: call.inputs,
    outputs: Object.freeze(Object.fromEntries(outputs)),
    cache: stage.cache,
    effect: stage.effect,
    tools: Object.freeze(tools.map((tool) => (typeof tool === 'string' ? tool : tool.name))),
    env: Object.freeze([...(stage.env ?? [])]),
    platform: call.variant.platform,
    platformBound: stage.platform === true,
    resource: Object.freeze({ class: stage.resource?.class ?? 'cpu', units: stage.resource?.units ?? 1 }),
    run: call.run,
    origins: call.origins,
    // Relative, so that a plan is equal wherever the workspace lies.
    declaredAt: call.site === undefined ? undefined : showPath(call.site, workspace),
  });
}
