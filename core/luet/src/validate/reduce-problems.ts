// Many problems, few causes. Keeps one problem for each cause, in the order of files and lines.

import { compareCodeUnits } from '../order.ts';
import type { Problem, RelatedLocation } from '../problem.ts';

/** `lost`: names of packages that are there and unusable, for a reason that is among the problems. */
export function reduceProblems(problems: readonly Problem[], lost: readonly string[]): Problem[] {
  const unreadable = new Set(lost);
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    if (isConsequence(problem, unreadable)) continue;
    const key = causeOf(problem);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].map(merge).toSorted(compareProblems);
}

/** What is required is there and broken, and that is reported by itself. */
function isConsequence(problem: Problem, lost: ReadonlySet<string>): boolean {
  return problem.wanted !== undefined && lost.has(problem.wanted.slice(problem.wanted.lastIndexOf('/') + 1));
}

/** A place that exists only in the rendered text says little: several packages may have been rendered from it. One call may make many objects. */
function causeOf(problem: Problem): string {
  const { code, file, line, column } = problem;
  const isPlaced = line !== undefined && problem.rendered !== true && problem.field === undefined;
  return JSON.stringify([code, file, line, column, isPlaced ? '' : [problem.field, problem.message]]);
}

/** The one with the shortest explanation is the nearest to the cause; the others say what else it stops. */
function merge(group: readonly Problem[]): Problem {
  const [first, ...others] = group.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  if (first === undefined) throw new Error('Internal error: a group without problems');
  const messages = [...new Set(others.map((one) => one.message))].filter((message) => message !== first.message);
  if (messages.length === 0 || !SHARED.has(first.code)) return first;
  const shown = messages.slice(0, MAX_OTHERS).map((message): RelatedLocation => ({ message: `also: ${message}` }));
  const rest = messages.length - shown.length;
  const more = rest > 0 ? [{ message: `and ${rest} more` }] : [];
  return { ...first, related: [...(first.related ?? []), ...shown, ...more] };
}

/** Codes whose message names one package while the place may belong to several. */
const SHARED: ReadonlySet<Problem['code']> = new Set(['LUET_RENDER_FAILED', 'LUET_NO_PARENT']);
const MAX_OTHERS = 3;

function lengthOf(problem: Problem): number {
  return problem.related?.length ?? 0;
}

function compareProblems(a: Problem, b: Problem): number {
  return (
    compareCodeUnits(a.file ?? '', b.file ?? '') ||
    (a.line ?? 0) - (b.line ?? 0) ||
    (a.column ?? 0) - (b.column ?? 0) ||
    compareCodeUnits(a.field?.of ?? '', b.field?.of ?? '') ||
    compareCodeUnits(a.code, b.code) ||
    compareCodeUnits(a.message, b.message)
  );
}
