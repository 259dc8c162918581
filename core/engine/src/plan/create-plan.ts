import type { ResolvedConfig } from '../config/resolved-config.ts';
import { siteOf } from '../errors/declared-at.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { at } from '../errors/place.ts';
import { success } from '../errors/result.ts';
import { throwingPlace } from '../errors/throwing-place.ts';
import type { ArtifactKind } from '../model/artifact.ts';
import type { Target } from '../model/config.ts';
import type { Emit } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { OpenBench } from '../pins/look-up.ts';
import { refuseMissing } from '../pins/read-pin.ts';
import { openPins, type PinSession } from '../pins/session.ts';
import type { Bindings } from './bindings.ts';
import { createBindings } from './bind.ts';
import { checkPlan, type Effects } from './check-plan.ts';
import { openContexts } from './derivative-contexts.ts';
import { createDraft, type Draft } from './draft.ts';
import { collectKinds } from './kinds.ts';
import { orderTasks } from './order.ts';
import { readParameters } from './parameters.ts';
import type { PlannerMemo } from './planner-call.ts';
import { pruneTasks } from './prune.ts';
import { settleCalls } from './settle-calls.ts';
import { readWanted, type Wish } from './wanted.ts';

/** A target that is asked for, with its parameters: texts of the command line or values. */
export interface AskedTarget {
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface PlanRequest {
  readonly config: ResolvedConfig;
  readonly targets: readonly AskedTarget[];
  readonly emit: Emit;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** True: pins that cos.lock does not answer are an error instead of being looked up. */
  readonly frozen: boolean;
  /** Tools and scratch for looking up pins. */
  readonly openBench: OpenBench;
  /** Shared by the plans of one command; default: cos.lock is read, and what is looked up stands in it at once. */
  readonly pins?: PinSession;
  readonly effects: Effects;
  /** Shared by the plans of one command, so that planners run once. */
  readonly memo?: PlannerMemo;
}

export interface Planned {
  /** Undefined when there are errors among the diagnostics. */
  readonly plan: { readonly plan: Plan; readonly bindings: Bindings } | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly pins: {
    /** Keys of the pins that the targets asked. */
    readonly asked: ReadonlySet<string>;
    /** True when every `plan` function came to an end of its own, so that nothing else would be asked. */
    readonly complete: boolean;
    /** Those of the diagnostics that are about pins that have no answer. */
    readonly problems: readonly Diagnostic[];
  };
}

/** Plans the asked-for targets: sync what cos.lock lacks, then one frozen plan for all of them, or all problems that there are. */
export async function createPlan(request: PlanRequest): Promise<Planned> {
  const memo: PlannerMemo = request.memo ?? new Map();
  const opened = request.pins === undefined ? openPins({ ...request, keep: 'file' }) : success(request.pins);
  if (!opened.ok) return { plan: undefined, diagnostics: opened.failures, pins: { asked: new Set(), complete: false, problems: opened.failures } };
  const session = opened.value;
  for (;;) {
    const draft = createDraft({ config: request.config, lock: session.lock(), hasFiles: session.hasFiles, frozen: request.frozen, emit: request.emit, memo, env: request.env });
    const planned = await planOnce(draft, request);
    const asked = { asked: new Set(draft.pins.keys()), complete: !draft.isCutShort() };
    const missing = [...draft.missingPins.values()];
    if (missing.length === 0) return { ...planned, pins: { ...asked, problems: [] } };
    const refuse = (problems: readonly Diagnostic[]): Planned => ({ plan: undefined, diagnostics: [...draft.diagnostics, ...problems], pins: { ...asked, problems } });
    const unanswered = missing.flatMap((one) => (one.why === 'files' ? [] : [one]));
    if (request.frozen && unanswered.length > 0) return refuse(refuseMissing(unanswered, 'the lock is frozen'));
    request.signal.throwIfAborted();
    const { learned, problems } = await session.sync(missing);
    // Each round adds what it looked up, or ends here: the loop cannot go on for ever with a finite config.
    if (problems.length > 0 || learned === 0) return refuse(problems);
  }
}

async function planOnce(draft: Draft, request: PlanRequest): Promise<Omit<Planned, 'pins'>> {
  const { config } = request;
  const kinds = collectKinds(config.plugins.values(), draft.report);
  const wishes: Wish[] = [];
  for (const asked of request.targets) {
    const target = config.targets.get(asked.name);
    if (target === undefined) {
      draft.report({ code: 'COS_REQUEST_UNKNOWN_TARGET', severity: 'error', message: `The config has no target "${asked.name}".`, hint: hintFor(asked.name, config.targets.keys(), 'targets') });
      continue;
    }
    const parameters = readParameters(target.params ?? {}, asked.parameters, `target "${asked.name}"`);
    if (parameters.ok) wishes.push(...(await planTarget(draft, request, { asked, target, params: parameters.value, kinds })));
    else for (const problem of parameters.failures) draft.report(problem);
  }
  const settled = await settleCalls(draft);
  const kept = orderTasks(pruneTasks(settled.tasks, wishes));
  await checkPlan(draft, kept, wishes, request.effects);
  if (draft.diagnostics.some(({ severity }) => severity === 'error') || draft.missingPins.size > 0) return { plan: undefined, diagnostics: draft.diagnostics };
  const sources = kept.flatMap((task) => Object.values(task.inputs).flatMap(({ artifacts }) => artifacts.flatMap((input) => ('source' in input ? [input.source] : []))));
  const wanted = new Map(wishes.map(({ path, task, output }) => [JSON.stringify([path ?? null, task, output]), Object.freeze({ path, task, output })]));
  const plan: Plan = Object.freeze({
    format: 1,
    targets: Object.freeze(request.targets.map(({ name }) => name)),
    outDir: config.outDir,
    sourceDateEpoch: config.sourceDateEpoch,
    tasks: Object.freeze(kept),
    wanted: Object.freeze([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, output]) => output)),
    sources: Object.freeze([...new Set(sources)].sort()),
    reads: Object.freeze([...draft.reads].sort()),
    planners: Object.freeze([...draft.planners].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, run]) => Object.freeze(run))),
    env: Object.freeze(Object.fromEntries([...draft.variables].sort().map((name) => [name, request.env[name] ?? null]))),
  });
  return { plan: { plan, bindings: createBindings(config, kinds, settled.options, request.env) }, diagnostics: draft.diagnostics };
}

/** Calls a target's `plan` for each variant and reads what it wants. */
async function planTarget(
  draft: Draft,
  request: PlanRequest,
  { asked, target, params, kinds }: { readonly asked: AskedTarget; readonly target: Target; readonly params: Readonly<Record<string, unknown>>; readonly kinds: ReadonlyMap<string, ArtifactKind> },
): Promise<readonly Wish[]> {
  const site = siteOf(request.config) ?? `${request.config.file}:1`;
  const wishes: Wish[] = [];
  for (const variant of request.config.variants) {
    request.signal.throwIfAborted();
    const { context, close } = openContexts(draft, variant, site);
    try {
      const result: unknown = await target.plan({ ...context, params });
      wishes.push(...readWanted(draft, asked.name, site, (name) => kinds.get(name), result));
    } catch (error) {
      const expected = diagnosticsOf(error);
      // A target that refuses on its own would not ask for more.
      if (expected === undefined) draft.cutShort();
      for (const diagnostic of expected ?? []) draft.report(diagnostic);
      if (expected === undefined) draft.report(explainThrow(asked.name, error, site));
    } finally {
      close();
    }
  }
  return wishes;
}

function explainThrow(target: string, error: unknown, site: string): Diagnostic {
  const place = throwingPlace(error);
  return {
    code: 'COS_PLAN_TARGET_THREW',
    severity: 'error',
    message: `The plan function of target "${target}" threw ${error instanceof Error ? `${error.name}: ${error.message}` : messageOf(error)}`,
    ...(place === undefined ? at(site) : { place }),
  };
}
