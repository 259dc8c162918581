import { createHash } from 'node:crypto';
import { fingerprintOf } from '../fingerprint/fingerprint.ts';
import type { RecordedInput, TaskRecord } from '../model/task-record.ts';
import { asDigest, type Digest, type TaskKey } from '../model/identity.ts';
import { formatSortedJson } from '../model/json.ts';
import type { PlannedInput, PlannedTask } from '../model/plan.ts';
import { buildProvenance, type BuildProvenance, type ProvenanceStep } from '../model/provenance.ts';
import type { FoundTool } from './host-tools.ts';
import { decidersOf, type Evaluated, type Lookup, type OutputsOf } from './run.ts';

// What a task reads, and what those read that made it, up to the sources. A task may read of another how it came to be, so both are one thing.

/** The record and the fingerprint of a task whose inputs are all there. */
export function evaluate(lookup: Lookup, task: PlannedTask, outputsOf: OutputsOf): Evaluated {
  const record = recordOf(lookup, task, outputsOf);
  const evaluated = { task, record, fingerprint: fingerprintOf(record) };
  lookup.evaluated.set(task.key, evaluated);
  return evaluated;
}

/** Everything that may change the bytes of a task. */
function recordOf(lookup: Lookup, task: PlannedTask, outputsOf: OutputsOf): TaskRecord {
  const inputs: Record<string, readonly RecordedInput[]> = {};
  for (const [port, { kind, arity, artifacts }] of Object.entries(task.inputs)) {
    if (arity === 'provenance') inputs[port] = artifacts.map((input) => recordedProvenance(lookup, kind, input, outputsOf));
    else if (arity !== 'hint') inputs[port] = artifacts.map((input) => recordedInput(lookup, kind, input, outputsOf));
  }
  const tools = lookup.tools.get(`${task.plugin}.${task.stage}`) ?? new Map<string, FoundTool>();
  return {
    format: 1,
    plugin: task.plugin,
    stage: task.stage,
    stageVersion: task.version,
    options: task.options,
    pluginOptions: lookup.bindings.plugin(task.plugin).recorded,
    inputs,
    tools: Object.fromEntries([...tools].map(([name, { version }]) => [name, version])),
    env: Object.fromEntries(task.env.map((name) => [name, lookup.options.env[name] ?? null])),
    platform: task.platformBound ? task.platform : null,
    sourceDateEpoch: lookup.plan.sourceDateEpoch,
  };
}

function recordedProvenance(lookup: Lookup, kind: string, input: PlannedInput, outputsOf: OutputsOf): RecordedInput {
  const provenance = traceProvenance(lookup, { kind, input, outputsOf });
  return { kind: buildProvenance.name, digest: provenance.digest, from: provenance.from };
}

function recordedInput(lookup: Lookup, kind: string, input: PlannedInput, outputsOf: OutputsOf): RecordedInput {
  if ('source' in input) {
    const source = lookup.sources.get(input.source);
    if (source === undefined) throw new Error(`Internal error: the source ${input.source} was not read`);
    return { kind, digest: source.tree.digest, from: input.source };
  }
  const output = outputsOf(input.task)?.[input.output];
  if (output === undefined) throw new Error(`Internal error: ${input.task} has no output ${input.output}`);
  return { kind, digest: output.digest, from: `${input.task}:${input.output}` };
}

export interface TracedProvenance {
  /** JSON, as bytes that are equal for equal content. */
  readonly text: string;
  readonly digest: Digest;
  /** What messages call it. */
  readonly from: string;
}

/** Follows the records up from an artifact whose task has ended well. Hints decide nothing, so they are no part of it. */
export function traceProvenance(lookup: Lookup, { kind, input, outputsOf }: { readonly kind: string; readonly input: PlannedInput; readonly outputsOf: OutputsOf }): TracedProvenance {
  const artifact = recordedInput(lookup, kind, input, outputsOf);
  const tasks = new Map(lookup.plan.tasks.map((task) => [task.key, task]));
  const wanted = new Set<TaskKey>('task' in input ? [input.task] : []);
  for (const key of wanted) {
    const task = tasks.get(key);
    if (task === undefined) throw new Error(`Internal error: the plan has no task ${key}`);
    for (const decider of decidersOf(task)) wanted.add(decider);
  }
  const sources = new Map<string, Digest>('source' in input ? [[input.source, artifact.digest]] : []);
  const steps: ProvenanceStep[] = [];
  for (const task of lookup.plan.tasks) {
    if (!wanted.has(task.key)) continue;
    const { record, fingerprint } = lookup.evaluated.get(task.key) ?? evaluate(lookup, task, outputsOf);
    const outputs = Object.entries(outputsOf(task.key) ?? {}).map(([name, output]) => [name, { kind: output.kind, digest: output.digest }] as const);
    steps.push({ task: task.key, fingerprint, record, outputs: Object.fromEntries(outputs) });
    for (const [port, { arity, artifacts }] of Object.entries(task.inputs)) {
      if (arity === 'hint' || arity === 'provenance') continue;
      for (const [at, read] of artifacts.entries()) {
        const digest = record.inputs[port]?.[at]?.digest;
        if ('source' in read && digest !== undefined) sources.set(read.source, digest);
      }
    }
  }
  const provenance: BuildProvenance = { format: 1, artifact, steps, sources: Object.fromEntries(sources) };
  const text = `${formatSortedJson(provenance)}\n`;
  return { text, digest: asDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`), from: `provenance of ${artifact.from}` };
}
