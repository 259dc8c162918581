// Why there is no solution, for a person: what is required, by whom, where, and what stands in the way of each candidate.

import { createProblem } from '../problem.ts';
import type { Problem, RelatedLocation } from '../problem.ts';
import { formatReference, nameKey } from '../package/reference.ts';
import { suggest } from '../suggest.ts';
import { isSelector } from '../version/selector.ts';
import type { Failure, Rejection, Requirement } from './solve.ts';
import type { Candidate, Universe } from './universe.ts';

/** How an explanation speaks of what is done, and of where packages come from. */
export interface Words {
  readonly done: string;
  readonly places: string;
}

const BUILDING: Words = { done: 'built', places: 'the trees' };

export function explainFailure(universe: Universe, target: Candidate, failure: Failure, words: Words = BUILDING): Problem {
  const root = rootCause(failure);
  if (root.rejections.length === 0) return explainMissing(universe, root.requirement, target, words);
  const { reference, by } = root.requirement;
  const message = `${label(target)} cannot be ${words.done}: ${label(by)} requires ${formatReference(reference)}, and no candidate fits with the rest`;
  const related = [...describeRejections(root.rejections, 0), ...describeTrail(root.requirement)].slice(0, MAX_LINES);
  return createProblem('error', 'LUET_UNSATISFIABLE', message, reference.at, { related, wanted: nameKey(reference) });
}

/** No package at all, or none in that version. Also for a target of the command line, where `requirement` has no place. */
export function explainMissing(
  universe: Universe,
  requirement: { readonly reference: Requirement['reference']; readonly by?: Candidate; readonly parent?: Requirement | undefined },
  target?: Candidate,
  words: Words = BUILDING,
): Problem {
  const { reference, by } = requirement;
  const versions = (universe.byName.get(nameKey(reference)) ?? []).map((one) => one.version);
  const who = by === undefined ? '' : ` (required by ${label(by)})`;
  const trail = by === undefined || target === undefined ? [] : describeTrail({ reference, by, parent: requirement.parent });
  const wanted = nameKey(reference);
  const related = trail.length === 0 ? { wanted } : { wanted, related: trail };
  if (versions.length === 0) {
    const hint = hintForUnknown(universe, reference);
    const details = hint === undefined ? related : { hint, ...related };
    return createProblem('error', 'LUET_UNKNOWN_PACKAGE', `no package ${nameKey(reference)} in ${words.places}${who}`, reference.at, details);
  }
  const found = `version ${versions.join(', ')}`;
  const details = { found, ...related };
  if (reference.version === '') {
    const message = `${nameKey(reference)} is named without a version${who}, which only matches a package that has none`;
    return createProblem('error', 'LUET_NO_VERSION', message, reference.at, { ...details, hint: 'write version: ">=0"' });
  }
  const isRange = isSelector(reference.version);
  const hint = isRange ? undefined : hintForLiteral(reference.version);
  const name = nameKey(reference);
  const message = isRange ? `no version of ${name} satisfies ${reference.version}${who}` : `${name} has no version ${reference.version}${who}`;
  return createProblem('error', 'LUET_NO_VERSION', message, reference.at, {
    ...details,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Down through candidates that failed for one and the same reason, to the requirement that really cannot be met. */
function rootCause(failure: Failure): Failure {
  const only = failure.rejections[0];
  if (failure.rejections.length !== 1 || only?.kind !== 'failure') return failure;
  return rootCause(only.failure);
}

function describeRejections(rejections: readonly Rejection[], depth: number): RelatedLocation[] {
  return rejections.flatMap((rejection) => {
    const pad = '  '.repeat(depth);
    const name = label(rejection.candidate);
    switch (rejection.kind) {
      case 'clash': {
        const because = rejection.because;
        const reason = because === undefined ? 'is asked for' : `is needed by ${label(because.by)} as ${formatReference(because.reference)}`;
        return [line(`${pad}${name}: ${label(rejection.chosen)} ${reason}`, because?.reference.at)];
      }
      case 'conflict':
        return [line(`${pad}${name}: in conflict with ${label(rejection.with)} (${formatReference(rejection.reference)})`, rejection.reference.at)];
      case 'failure': {
        const { requirement, rejections: below } = rejection.failure;
        const reason = below.length === 0 ? 'which does not exist' : 'where no candidate fits';
        const head = line(`${pad}${name}: ${label(requirement.by)} requires ${formatReference(requirement.reference)}, ${reason}`, requirement.reference.at);
        return depth >= MAX_DEPTH ? [head] : [head, ...describeRejections(below, depth + 1)];
      }
      default: {
        const never: never = rejection;
        return never;
      }
    }
  });
}

function describeTrail(requirement: Requirement): RelatedLocation[] {
  const lines: RelatedLocation[] = [];
  for (let one = requirement.parent; one !== undefined; one = one.parent) {
    lines.push(line(`needed because ${label(one.by)} requires ${formatReference(one.reference)}`, one.reference.at));
  }
  return lines;
}

function hintForUnknown(universe: Universe, reference: Requirement['reference']): string | undefined {
  const names = [...universe.byName.keys()];
  const inCategory = (category: string): string[] => names.filter((key) => key.startsWith(`${category}/`)).map((key) => key.slice(category.length + 1));
  const elsewhere = names.find((key) => key.slice(key.indexOf('/') + 1) === reference.name);
  const sibling = suggest(reference.name, inCategory(reference.category));
  const versioned = names.find((key) => nameKey(reference).startsWith(`${key}-`) && /^[0-9]/.test(nameKey(reference).slice(key.length + 1)));
  if (versioned !== undefined) return `for a version write ${versioned}@${nameKey(reference).slice(versioned.length + 1)}`;
  const nearest = elsewhere ?? (sibling === undefined ? undefined : nameKey({ category: reference.category, name: sibling }));
  return nearest === undefined ? undefined : `did you mean ${nearest}?`;
}

function hintForLiteral(version: string): string | undefined {
  return /[~^*!]/.test(version) ? `"${version}" is no selector; selectors use >=, >, <=, <` : undefined;
}

function line(message: string, location: RelatedLocation['location']): RelatedLocation {
  return location === undefined ? { message } : { message, location };
}

function label(one: Candidate): string {
  return one.version === '' ? nameKey(one) : `${nameKey(one)}@${one.version}`;
}

const MAX_LINES = 20;
const MAX_DEPTH = 3;
