import { dirname, basename } from 'node:path';
import { listEntries } from '../cache/list-entries.ts';
import { createLocalCache } from '../cache/local.ts';
import { CosError } from '../errors/cos-error.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { hashFile } from '../fingerprint/hash-file.ts';
import { hashTree } from '../fingerprint/hash-tree.ts';
import type { Emit } from '../model/event.ts';
import type { Digest, TaskKey } from '../model/identity.ts';
import type { Plan } from '../model/plan.ts';
import type { BuildProvenance } from '../model/provenance.ts';
import type { Content, Repetition } from '../model/repetition.ts';
import type { Bindings } from '../plan/bindings.ts';
import { executePlan } from './execute-plan.ts';
import { layoutOf } from './layout.ts';
import { narrowPlan } from './narrow-plan.ts';
import type { ExecuteOptions } from './options.ts';
import { callPlugin, readFromPlugin } from './plugin-error.ts';
import { openForLook } from './preview-plan.ts';
import { traceProvenance } from './records.ts';
import { registerRun } from './run-registry.ts';
import type { Lookup, Outputs } from './run.ts';
import { createWholeBlobs } from './whole-blobs.ts';

export interface RepeatOptions {
  readonly plan: Plan;
  readonly bindings: Bindings;
  /** Those of a run in the workspace: `folder` is the one whose cache must not answer. */
  readonly options: ExecuteOptions;
  readonly artifact: { readonly task: TaskKey; readonly output: string };
  readonly known: ReadonlySet<Digest>;
  readonly emit: Emit;
}

export interface OpenedRepetition extends Repetition {
  /** Forgets everything that was made. */
  readonly close: () => Promise<void>;
}

const patience = 60_000;

/**
 * Plans a build that takes nothing from earlier ones: it has a folder of its own for cache and state in the scratch of a run, so that it goes away with that,
 * and every task is forced. Rejects with a CosError for sources that cannot be read, and with a HostLacksError for tools that are missing.
 */
export async function openRepetition({ plan: whole, bindings, options, artifact, known, emit }: RepeatOptions): Promise<OpenedRepetition> {
  const plan = narrowPlan(whole, artifact);
  const layout = layoutOf(options.folder);
  const kinds = new Set(plan.tasks.flatMap(({ outputs }) => Object.values(outputs)));
  const registered = await registerRun(layout, options.signal);
  const made = new Map<string, { readonly kind: string; readonly digest: Digest }>();
  const close = async (): Promise<void> => {
    try {
      await forget({ made: made.values(), known, cache: layout.cache, bindings, emit });
    } finally {
      registered.close();
    }
  };
  try {
    const own: ExecuteOptions = { ...options, folder: registered.makeScratch().path, logs: layout.logs, force: 'all', repeated: true, cacheMaxBytes: Number.POSITIVE_INFINITY, noteProcess: registered.noteProcess };
    const lookup = await openForLook(plan, bindings, own);
    const kind = kindOf(lookup, artifact);
    const contentIn = (folder: string) => contentsOf({ folder, bindings, kinds, emit, signal: options.signal, runId: registered.runId });
    return {
      ...describe(lookup),
      close,
      digestOf: async (path) => {
        if (kind.storage !== 'tree') return hashFile(path, Number.MAX_SAFE_INTEGER);
        const tree = await hashTree(path, { profile: kind.profile ?? 'source', title: path, signal: options.signal });
        if (!tree.ok) throw new CosError(tree.failures);
        return tree.value.digest;
      },
      kept: contentIn(layout.cache),
      build: async ({ keep }) => {
        const outputs = new Map<TaskKey, Outputs>();
        const summary = await executePlan(keep === undefined ? plan : { ...plan, outDir: dirname(keep), wanted: [{ ...artifact, path: basename(keep) }] }, bindings, own, (event) => {
          if (event.type === 'task-finished' && event.outputs !== undefined) {
            const declared = plan.tasks.find(({ key }) => key === event.task)?.outputs ?? {};
            const told = Object.entries(event.outputs).map(([name, digest]) => [name, { kind: declared[name] ?? '', digest, meta: {} }] as const);
            outputs.set(event.task, Object.fromEntries(told));
            for (const [, output] of told) made.set(`${output.kind} ${output.digest}`, output);
          }
          emit(event);
        });
        if (summary.exitCode !== 0) return { end: 'failed', exitCode: summary.exitCode };
        // What was read at the end is what was built: tasks fail whose sources change while they run.
        const { text } = traceProvenance(await openForLook(plan, bindings, own), { kind: kind.name, input: artifact, outputsOf: (task) => outputs.get(task) });
        return { end: 'built', provenance: JSON.parse(text) as BuildProvenance, made: contentIn(layoutOf(own.folder).cache) };
      },
    };
  } catch (error) {
    registered.close();
    throw error;
  }
}

function describe({ plan, bindings, options, sources, tools }: Lookup): Pick<Repetition, 'sources' | 'requests' | 'sourceDateEpoch' | 'tools'> {
  const versions = new Map<string, Set<string>>();
  for (const ofStage of tools.values()) for (const [name, { version }] of ofStage) versions.set(name, (versions.get(name) ?? new Set()).add(version));
  return {
    sources: Object.fromEntries([...sources].map(([path, { tree }]) => [path, tree.digest])),
    requests: plan.tasks.map((task) => ({
      task: task.key,
      stageVersion: task.version,
      options: task.options,
      pluginOptions: bindings.plugin(task.plugin).recorded,
      env: Object.fromEntries(task.env.map((name) => [name, options.env[name] ?? null])),
      platform: task.platformBound ? task.platform : null,
    })),
    sourceDateEpoch: plan.sourceDateEpoch,
    tools: Object.fromEntries([...versions].map(([name, all]) => [name, [...all].sort()])),
  };
}

function kindOf({ plan, bindings }: Lookup, { task, output }: RepeatOptions['artifact']): ReturnType<Bindings['kind']> {
  const name = plan.tasks.find(({ key }) => key === task)?.outputs[output];
  if (name === undefined) throw new Error(`Internal error: the plan makes no ${task}:${output}`);
  return bindings.kind(name);
}

interface ContentsOptions {
  /** That of a cache. */
  readonly folder: string;
  readonly bindings: Bindings;
  readonly kinds: ReadonlySet<string>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  readonly runId: string;
}

/** Looks up bytes by digest, which are compared with it. Kinds that the plan does not know have none: the names come from a file. */
function contentsOf({ folder, bindings, kinds, emit, signal, runId }: ContentsOptions): Repetition['kept'] {
  const { blobs } = createLocalCache({ folder, runId, storageOf: () => undefined });
  const whole = createWholeBlobs(blobs, emit, signal);
  return async (name, digest): Promise<Content | undefined> => {
    if (!kinds.has(name)) return undefined;
    const kind = bindings.kind(name);
    if (kind.storage !== 'external') return (await whole.has(digest, kind)) ? { path: blobs.path(digest) } : undefined;
    const store = bindings.store(name);
    const title = `the store of \`${name}\``;
    const list = store.list?.bind(store);
    if (list === undefined || !(await callPlugin(title, () => store.has(digest, signal)))) return undefined;
    return { list: () => readFromPlugin(title, () => list(digest, signal)) };
  };
}

interface Forgotten extends Pick<RepeatOptions, 'known' | 'bindings' | 'emit'> {
  readonly made: Iterable<{ readonly kind: string; readonly digest: Digest }>;
  /** The cache of the workspace. */
  readonly cache: string;
}

/** Contents of stores are in no folder that goes away. What others have names for stays: it is theirs. */
async function forget({ made, known, cache, bindings, emit }: Forgotten): Promise<void> {
  const unknown = [...made].filter(({ kind, digest }) => bindings.kind(kind).storage === 'external' && !known.has(digest));
  if (unknown.length === 0) return;
  const named = new Set([...listEntries(cache)].flatMap(({ outputs }) => Object.values(outputs).map(({ digest }) => digest)));
  try {
    // Also after an interrupt.
    for (const { kind, digest } of unknown) if (!named.has(digest)) await bindings.store(kind).remove(digest, AbortSignal.timeout(patience));
  } catch (error) {
    emit({ type: 'diagnostic', diagnostic: { code: 'COS_STORE_NOT_CLEANED', severity: 'warning', message: `What was made a second time could not be forgotten again: ${diagnosticsOf(error)?.[0]?.message ?? messageOf(error)}`, hint: 'It is not used any more; remove it with the means of that program.' } });
  }
}
