import { hintFor } from './did-you-mean.ts';
import type { Diagnostic } from './diagnostic.ts';
import { at } from './place.ts';

interface Issue {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly unknownKey?: string;
  readonly known: readonly string[];
}

/** What was checked, and where it was given. */
export interface CheckedSubject {
  readonly code: string;
  /** For example `plugin "iso"`. */
  readonly what: string;
  readonly given: unknown;
  readonly site: string | undefined;
  readonly task?: string;
}

/** One diagnostic for each issue of a schema, with the value that was found. */
export function schemaFailures(issues: readonly Issue[], subject: CheckedSubject): readonly Diagnostic[] {
  return issues.map((issue) => {
    const key = issue.unknownKey === undefined || issue.unknownKey === '' ? issue.path.at(-1) : issue.unknownKey;
    const isUnknown = issue.unknownKey !== undefined;
    const path = issue.path.join('.');
    const message = isUnknown
      ? `The options of ${subject.what} have an unknown key "${issue.path.length > 0 ? path : key}".`
      : issue.path.length === 0
        ? `The options of ${subject.what}: ${issue.message}; found ${quote(subject.given)}.`
        : `Option "${path}" of ${subject.what}: ${issue.message}; found ${quote(valueAt(subject.given, issue.path))}.`;
    return {
      code: subject.code,
      severity: 'error',
      message,
      ...at(subject.site),
      ...(subject.task === undefined ? {} : { task: subject.task }),
      ...(isUnknown && issue.known.length > 0 ? { hint: hintFor(String(key), issue.known, 'options') } : {}),
    };
  });
}

/** A short form of a value for messages. Never for what may hold a secret's value: secrets are named, not written. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  const text = shortJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function shortJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Cyclic values have no JSON; their tag is enough for a message.
    return Object.prototype.toString.call(value);
  }
}

function valueAt(given: unknown, path: readonly (string | number)[]): unknown {
  let value = given;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(String(part));
  }
  return value;
}
