// What every kind of recorded vector becomes: a named check that says what differs. A check that throws has failed, too.

import { isDeepStrictEqual, inspect } from 'node:util';

export interface Mismatch {
  /** Which of several expectations of a vector it is, such as `headOrder`. */
  readonly what: string;
  readonly expected: unknown;
  readonly found: unknown;
}

export interface Vector {
  readonly name: string;
  readonly check: () => readonly Mismatch[] | Promise<readonly Mismatch[]>;
}

/** The vectors of one file. */
export interface Suite {
  /** Relative to the folder that was asked for. */
  readonly file: string;
  readonly vectors: readonly Vector[];
}

export interface VectorFile {
  /** Relative to `root`, with slashes. */
  readonly path: string;
  readonly absolutePath: string;
  /** Parsed JSON; of a file of lines, the list of them. */
  readonly content: unknown;
}

/** A kind of files. Undefined: the file is of another kind. */
export type VectorKind = (file: VectorFile) => readonly Vector[] | undefined;

export interface Failure {
  readonly file: string;
  readonly name: string;
  readonly mismatches: readonly Mismatch[];
}

export interface Tally {
  readonly passed: number;
  readonly failures: readonly Failure[];
}

/** Runs one suite after the other, in their order. */
export async function runSuites(suites: readonly Suite[]): Promise<Tally> {
  let passed = 0;
  const failures: Failure[] = [];
  for (const { file, vectors } of suites) {
    for (const { name, check } of vectors) {
      const mismatches = await outcomeOf(check);
      if (mismatches.length === 0) passed += 1;
      else failures.push({ file, name, mismatches });
    }
  }
  return { passed, failures };
}

/** Nothing when both are the same; an expectation that is not recorded is met. */
export function compare(what: string, expected: unknown, found: unknown): Mismatch[] {
  return expected === undefined || isDeepStrictEqual(expected, found) ? [] : [{ what, expected, found }];
}

export function formatFailure({ file, name, mismatches }: Failure): string {
  const lines = mismatches.map(({ what, expected, found }) => `  ${what}: expected ${show(expected)}\n  ${' '.repeat(what.length)}     found ${show(found)}`);
  return [`FAILED ${file}: ${name}`, ...lines].join('\n');
}

/** Whether `content` is a list of objects that all have these keys. */
export function isListOf(content: unknown, keys: readonly string[]): boolean {
  return Array.isArray(content) && content.length > 0 && content.every((row: unknown) => hasKeys(row, keys));
}

export function hasKeys(value: unknown, keys: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && keys.every((key) => key in value);
}

async function outcomeOf(check: Vector['check']): Promise<readonly Mismatch[]> {
  try {
    return await check();
  } catch (error) {
    return [{ what: 'check', expected: 'an answer', found: error }];
  }
}

function show(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 8, breakLength: 140, maxStringLength: 2000 });
}
