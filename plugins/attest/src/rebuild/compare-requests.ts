import { isDeepStrictEqual } from 'node:util';
import type { Json, Repetition } from '@cos/core';
import type { Statement } from './read-statement.ts';
import type { StepRequest } from './step.ts';

/** Something that is another than when the artifact was built, so that other bytes are no wonder. */
export interface Cause {
  /** `source`: a file or folder of the workspace. `step`: what is asked of a task. `time`: `sourceDateEpoch`. `tool`: a program of the host. */
  readonly what: 'source' | 'step' | 'time' | 'tool';
  /** A workspace path, a task key or the name of a tool. */
  readonly name: string;
  /** What is different, in a few words. */
  readonly difference: string;
}

/** Compares what a statement says with what would be done. Tools are for whoever builds to judge: they are of the host and not of the workspace. */
export function compareRequests(statement: Statement, now: Pick<Repetition, 'sources' | 'requests' | 'sourceDateEpoch' | 'tools'>): { readonly workspace: readonly Cause[]; readonly tools: readonly Cause[] } {
  return {
    workspace: [...compareSources(statement.sources, now.sources), ...(statement.sourceDateEpoch === now.sourceDateEpoch ? [] : [{ what: 'time', name: 'sourceDateEpoch', difference: `${statement.sourceDateEpoch} -> ${now.sourceDateEpoch}` } as const]), ...compareSteps(statement.steps, now.requests)],
    tools: keysOf(statement.tools, now.tools).flatMap((name): readonly Cause[] => {
      const [before, after] = [(statement.tools[name] ?? []).toSorted(), (now.tools[name] ?? []).toSorted()];
      return isDeepStrictEqual(before, after) ? [] : [{ what: 'tool', name, difference: `${before.join(', ') || 'none'} -> ${after.join(', ') || 'none'}` }];
    }),
  };
}

function compareSources(before: Statement['sources'], after: Repetition['sources']): readonly Cause[] {
  return keysOf(before, after).flatMap((name): readonly Cause[] => {
    const [old, now] = [before[name], after[name]];
    if (old === now) return [];
    return [{ what: 'source', name, difference: old === undefined ? 'it is read, and is not in the statement' : now === undefined ? 'it is in the statement, and is not read' : 'its content is another' }];
  });
}

function compareSteps(before: readonly StepRequest[], after: readonly StepRequest[]): readonly Cause[] {
  const old = new Map(before.map((step) => [step.task, step]));
  const now = new Map(after.map((step) => [step.task, step]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name): readonly Cause[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined || is === undefined) return [{ what: 'step', name, difference: was === undefined ? 'it is done, and is not in the statement' : 'it is in the statement, and is not done' }];
    return requestDifferences(was, is).map((difference) => ({ what: 'step', name, difference }));
  });
}

/** What is asked otherwise, each in a few words; inputs do not count. */
export function requestDifferences(before: StepRequest, after: StepRequest): readonly string[] {
  return [
    ...(before.stageVersion === after.stageVersion ? [] : [`version of the stage ${before.stageVersion} -> ${after.stageVersion}`]),
    ...(before.platform === after.platform ? [] : [`platform ${String(before.platform)} -> ${String(after.platform)}`]),
    ...leaves(before.options, after.options, 'option '),
    ...leaves(before.pluginOptions, after.pluginOptions, 'option of the plugin '),
    ...leaves(before.env, after.env, 'variable '),
  ];
}

/** Leaves of two values that differ, by their paths. */
function leaves(before: Json | undefined, after: Json | undefined, path: string): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) return keysOf(before, after).flatMap((key) => leaves(before[key], after[key], path.endsWith(' ') ? `${path}${key}` : `${path}.${key}`));
  return [`${path.trim()}: ${shorten(before)} -> ${shorten(after)}`];
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shorten(value: Json | undefined): string {
  const text = value === undefined ? 'none' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

function keysOf(...objects: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(objects.flatMap((each) => Object.keys(each)))].sort();
}
