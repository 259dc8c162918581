import type { Digest } from '@cos/core';
import { requestDifferences } from './compare-requests.ts';
import type { Step } from './step.ts';

export interface ChangedOutput {
  readonly name: string;
  readonly kind: string;
  readonly before: Digest;
  readonly after: Digest;
}

/** A task that made something else. */
export interface ChangedStep {
  readonly task: string;
  readonly outputs: readonly ChangedOutput[];
}

export interface BuildComparison {
  /** How many steps made what the statement says. */
  readonly identical: number;
  /** Made something else of the same inputs: where differences come from. */
  readonly origins: readonly ChangedStep[];
  /** Made something else, and were asked otherwise. */
  readonly asked: readonly ChangedStep[];
  /** Made something else of other inputs, as is to be expected. */
  readonly followed: readonly ChangedStep[];
  /** In one of the builds only. */
  readonly missing: readonly string[];
  readonly additional: readonly string[];
}

/** Compares two builds step by step. */
export function compareBuilds(before: readonly Step[], after: readonly Step[]): BuildComparison {
  const old = new Map(before.map((step) => [step.task, step]));
  const known = new Set(after.map(({ task }) => task));
  const found = { identical: 0, origins: [] as ChangedStep[], asked: [] as ChangedStep[], followed: [] as ChangedStep[], additional: [] as string[] };
  for (const step of after) {
    const was = old.get(step.task);
    if (was === undefined) {
      found.additional.push(step.task);
      continue;
    }
    const outputs = changedOutputs(was, step);
    if (outputs.length === 0) found.identical += 1;
    else if (requestDifferences(was, step).length > 0) found.asked.push({ task: step.task, outputs });
    else if (hasSameInputs(was, step)) found.origins.push({ task: step.task, outputs });
    else found.followed.push({ task: step.task, outputs });
  }
  return { ...found, missing: before.flatMap(({ task }) => (known.has(task) ? [] : [task])) };
}

function changedOutputs(before: Step, after: Step): readonly ChangedOutput[] {
  return after.outputs.flatMap(({ name, kind, digest }) => {
    const was = before.outputs.find((output) => output.name === name);
    return was === undefined || was.digest === digest ? [] : [{ name, kind, before: was.digest, after: digest }];
  });
}

/** Equal bytes are equal inputs, wherever they came from. */
function hasSameInputs(before: Step, after: Step): boolean {
  const lines = ({ inputs }: Step): string => inputs.map(({ port, digest }) => `${port} ${digest}`).join('\n');
  const byPort = (step: Step): string => lines({ ...step, inputs: step.inputs.toSorted((a, b) => (a.port < b.port ? -1 : a.port > b.port ? 1 : 0)) });
  return byPort(before) === byPort(after);
}
