import type { ResolvedPlugin, Variant } from '../config/resolved-config.ts';
import { hintFor } from '../errors/did-you-mean.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { at } from '../errors/place.ts';
import { sentence } from '../errors/sentence.ts';
import { quote, schemaFailures } from '../errors/schema-failures.ts';
import type { ArtifactKind, ArtifactRef } from '../model/artifact.ts';
import { taskKey, type TaskKey } from '../model/identity.ts';
import { toPlainObject } from '../model/plain.ts';
import type { PlannedInput, PlannedPort, RunMode } from '../model/plan.ts';
import type { Port } from '../model/port.ts';
import type { Stage } from '../model/stage.ts';
import { validate } from '../model/validate.ts';
import type { Draft, DraftCall } from './draft.ts';

interface Called {
  readonly plugin: ResolvedPlugin;
  readonly stageName: string;
  readonly stage: Stage;
  readonly variant: Variant;
  readonly site: string | undefined;
}

/**
 * A call of a stage in a target's `plan`: adds a task to the draft and gives references to its outputs. Problems are reported and the references are given
 * all the same, so that planning goes on and finds the others.
 */
export function callStage(draft: Draft, called: Called, call: unknown): Readonly<Record<string, ArtifactRef>> {
  const { plugin, stageName, stage, variant, site } = called;
  const fields = new Map<string, unknown>(typeof call === 'object' && call !== null ? Object.entries(call) : []);
  const base = `${plugin.definition.name}.${stageName}`;
  const problem = (code: 'COS_PLAN_TASK_NAME' | 'COS_PLAN_CALL', message: string, hint?: string) =>
    draft.report({ code, severity: 'error', message, ...at(site), ...(hint === undefined ? {} : { hint }) });
  for (const field of fields.keys()) {
    if (!callFields.includes(field)) problem('COS_PLAN_CALL', `A call of ${base} has an unknown field "${field}".`, hintFor(field, callFields, 'fields'));
  }
  const given = fields.get('name');
  if (typeof given !== 'string' || !nameForm.test(given)) {
    problem('COS_PLAN_TASK_NAME', `Expected letters, digits and . _ / + ~ : = , @ - as "name" of a task of ${base}; found ${quote(given)}.`, 'The name is the part of the key behind "#": name it after what it makes.');
  }
  const name = variant.scope === undefined ? String(given) : `${String(given)}@${variant.scope}`;
  const key = taskKey(plugin.definition.name, stageName, name);
  const inputs = checkInputs(draft, key, stage, fields.get('inputs'), site);
  const options = checkOptions(draft, key, called, fields.get('options'));
  const run = fields.get('run') ?? 'needed';
  if (!isRunMode(run)) problem('COS_PLAN_CALL', `Expected one of ${runModes.join(', ')} as "run" of a call of ${base}; found ${quote(run)}.`);
  const origins = toPlainObject(fields.get('origins') ?? {});
  if (!origins.ok) problem('COS_PLAN_CALL', `Expected places by name as "origins" of a call of ${base}; "${origins.path.join('.')}" is ${origins.found}.`);
  // Messages alone show them: the form is that of the types.
  draft.calls.push({ key, plugin: plugin.definition.name, stageName, stage, name, variant, site, inputs, options, run: isRunMode(run) ? run : 'needed', origins: origins.ok ? (origins.value as DraftCall['origins']) : {} });
  const outputs = Object.entries<ArtifactKind>(stage.outputs);
  return Object.freeze(Object.fromEntries(outputs.map(([output, kind]) => [output, draft.refer(kind, key, output)])));
}

const callFields: readonly string[] = ['name', 'inputs', 'options', 'run', 'origins'];
const runModes: readonly RunMode[] = ['needed', 'always', 'never'];

function isRunMode(value: unknown): value is RunMode {
  return runModes.some((mode) => mode === value);
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._/+~:=,@-]{0,199}$/;

async function checkOptions(draft: Draft, key: TaskKey, called: Called, given: unknown): DraftCall['options'] {
  const input = given ?? {};
  try {
    const checked = await validate(called.stage.options, input);
    if (!checked.ok) {
      for (const failure of schemaFailures(checked.issues, { code: 'COS_PLAN_OPTIONS', what: `task ${key}`, given: input, site: called.site })) draft.report(failure);
      return undefined;
    }
    const plain = toPlainObject(checked.value);
    if (plain.ok) return { parsed: checked.value, plain: plain.value };
    draft.report({ code: 'COS_PLAN_NOT_JSON', severity: 'error', message: `Expected plain data as options of task ${key}; "${plain.path.join('.')}" is ${plain.found}.`, ...at(called.site) });
  } catch (error) {
    const expected = diagnosticsOf(error);
    for (const diagnostic of expected ?? []) draft.report(diagnostic);
    if (expected === undefined) {
      draft.report({ code: 'COS_PLUGIN_THREW', severity: 'error', message: `Plugin error: the schema of the options of ${key} threw ${messageOf(error)}`, ...at(called.site), hint: 'This is a mistake in the plugin; tell its authors.' });
    }
  }
  return undefined;
}

function checkInputs(draft: Draft, key: TaskKey, stage: Stage, given: unknown, site: string | undefined): Readonly<Record<string, PlannedPort>> {
  const ports = Object.entries<Port>(stage.inputs);
  const values = new Map<string, unknown>(typeof given === 'object' && given !== null ? Object.entries(given) : []);
  const known = ports.map(([name]) => name);
  for (const name of values.keys()) {
    if (!known.includes(name)) problem(draft, site, `Task ${key} has an unknown input "${name}".`, hintFor(name, known, 'inputs', 'The stage has no inputs.'));
  }
  return Object.freeze(Object.fromEntries(ports.map(([name, port]) => [name, checkPort(draft, key, name, port, values.get(name), site)])));
}

function checkPort(draft: Draft, key: TaskKey, name: string, port: Port, given: unknown, site: string | undefined): PlannedPort {
  const what = `input "${name}" of task ${key}`;
  const list: readonly unknown[] = port.arity === 'many' ? (Array.isArray(given) ? given : []) : given === undefined ? [] : [given];
  if (port.arity === 'many' && !Array.isArray(given)) problem(draft, site, `Expected a list of ${port.kind.name} as ${what}; found ${given === undefined ? 'nothing' : describe(draft, given)}.`);
  if ((port.arity === 'one' || port.arity === 'provenance') && given === undefined) problem(draft, site, `Expected ${article(port.kind.name)} as ${what}; found nothing.`);
  const artifacts = list.flatMap((ref): readonly PlannedInput[] => {
    if (!draft.owns(ref)) {
      const looksRight = typeof ref === 'object' && ref !== null && 'producer' in ref && 'output' in ref;
      if (looksRight) draft.report({ code: 'COS_PLAN_FOREIGN_REFERENCE', severity: 'error', message: `${sentence(what)} is a reference of another plan.`, ...at(site), hint: 'References are good in the `plan` call that made them only: do not keep them in a variable of the module.' });
      else problem(draft, site, `Expected ${article(port.kind.name)} as ${what}; found ${describe(draft, ref)}.`, typeof ref === 'string' ? 'Files enter a plan by source("path") only.' : undefined);
      return [];
    }
    if (ref.kind !== port.kind.name) {
      problem(draft, site, `Expected ${article(port.kind.name)} as ${what}; found ${describe(draft, ref)}.`);
      return [];
    }
    return [Object.freeze(ref.producer === undefined ? { source: ref.output } : { task: ref.producer, output: ref.output })];
  });
  return Object.freeze({ kind: port.kind.name, arity: port.arity, artifacts: Object.freeze(artifacts) });
}

function problem(draft: Draft, site: string | undefined, message: string, hint?: string): void {
  draft.report({ code: 'COS_PLAN_INPUT', severity: 'error', message, ...at(site), ...(hint === undefined ? {} : { hint }) });
}

function describe(draft: Draft, value: unknown): string {
  if (draft.owns(value)) return value.producer === undefined ? `the source "${value.output}", ${article(value.kind)}` : `output "${value.output}" of ${value.producer}, ${article(value.kind)}`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) {
    const inner = Object.values(value).some((item) => draft.owns(item));
    return inner ? `all outputs of a call (pick one: ${Object.keys(value).map((name) => `.${name}`).join(', ')})` : quote(value);
  }
  return quote(value);
}

function article(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
