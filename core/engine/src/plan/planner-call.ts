import { isAbsolute } from 'node:path';
import type { ResolvedPlugin } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { at } from '../errors/place.ts';
import { schemaFailures } from '../errors/schema-failures.ts';
import { throwingPlace } from '../errors/throwing-place.ts';
import { pinnedPath } from '../model/pinned-path.ts';
import { toPlain } from '../model/plain.ts';
import type { Planner } from '../model/planner.ts';
import { validate } from '../model/validate.ts';
import type { Draft } from './draft.ts';
import { declaredNames, pickEnv } from './host-env.ts';
import { createTrackedReader } from './tracked-reader.ts';

interface PlannerAnswer {
  readonly value: unknown;
  readonly reads: ReadonlySet<string>;
  readonly variables: readonly string[];
  readonly diagnostics: readonly Parameters<Draft['report']>[0][];
}

/** Answers of planners: for equal options a planner is called once for a command, however many targets and variants ask. */
export type PlannerMemo = Map<string, Promise<PlannerAnswer>>;

/** A call of a planner in a target's `plan`. */
export async function callPlanner(draft: Draft, plugin: ResolvedPlugin, name: string, planner: Planner, options: unknown, site: string | undefined): Promise<unknown> {
  const what = `planner "${name}" of plugin "${plugin.definition.name}"`;
  // The problem with the plugin's options is reported already.
  if (plugin.broken) throw new CosError([]);
  const given = options ?? {};
  const plain = toPlain(given);
  const key = plain.ok ? JSON.stringify([plugin.definition.name, name, plain.value]) : undefined;
  const known = key === undefined ? undefined : draft.memo.get(key);
  const running = known ?? runPlanner(draft, plugin, { name, planner, what }, given, site);
  if (key !== undefined) draft.memo.set(key, running);
  // What the target would ask with its answer is not known.
  running.catch(draft.cutShort);
  const answer = await running;
  for (const path of answer.reads) draft.reads.add(path);
  for (const variable of answer.variables) draft.variables.add(variable);
  for (const diagnostic of answer.diagnostics) draft.report(diagnostic);
  draft.planners.set(`${plugin.definition.name}.${name}`, { plugin: plugin.definition.name, planner: name, description: planner.description });
  return answer.value;
}

async function runPlanner(
  draft: Draft,
  plugin: ResolvedPlugin,
  called: { readonly name: string; readonly planner: Planner; readonly what: string },
  given: unknown,
  site: string | undefined,
): Promise<PlannerAnswer> {
  const start = performance.now();
  const reads = new Set<string>();
  const diagnostics: Parameters<Draft['report']>[0][] = [];
  const reader = createTrackedReader(draft.config.workspace, (path) => reads.add(path));
  try {
    const checked = await validate(called.planner.options, given);
    if (!checked.ok) throw new CosError(schemaFailures(checked.issues, { code: 'COS_PLAN_OPTIONS', what: called.what, given, site }));
    const variables = declaredNames(called.planner.env, plugin.options);
    const value: unknown = await called.planner.plan({ ...reader, options: checked.value, plugin: plugin.options, ownFolders: [draft.config.outDir, draft.config.cacheFolder].filter((folder) => !isAbsolute(folder)), pinned: (digest) => pinnedPath(draft.config.cacheFolder, digest), env: pickEnv(variables, draft.env), report: (diagnostic) => diagnostics.push(diagnostic) });
    draft.emit({ type: 'planner-finished', plugin: plugin.definition.name, planner: called.name, description: called.planner.description, durationMs: Math.round(performance.now() - start) });
    return { value, reads, variables, diagnostics };
  } catch (error) {
    const expected = diagnosticsOf(error);
    // What was reported before counts too: it may be the reason.
    if (expected !== undefined) throw new CosError([...diagnostics, ...expected], { cause: error });
    const place = throwingPlace(error);
    throw new CosError(
      {
        code: 'COS_PLAN_PLANNER_THREW',
        severity: 'error',
        message: `Plugin error: ${called.what} threw ${error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)}`,
        ...(place === undefined ? at(site) : { place }),
        hint: 'This is a mistake in the plugin; tell its authors.',
      },
      { cause: error },
    );
  }
}
