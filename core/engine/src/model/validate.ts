import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describeIssue } from './describe-issue.ts';
import type { Schema } from './schema.ts';

// Options are checked by Standard Schema, which may answer at once or later. Many schemas drop keys that they do not know: a user's misspelling must not
// vanish like that, so keys are checked beside the schema where it tells its shape.

export type Validated = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly issues: readonly Issue[] };

export interface Issue {
  readonly message: string;
  readonly path: readonly (string | number)[];
  /** Set when the issue is about a key that the schema does not know. */
  readonly unknownKey?: string;
  /** Keys that the schema knows at the path, where it tells. */
  readonly known: readonly string[];
}

/** Checks a value. A schema that throws is a mistake of its author: the error goes through. */
export function validate(schema: Schema, value: unknown): Validated | Promise<Validated> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then((settled) => normalize(schema, value, settled)) : normalize(schema, value, result);
}

function normalize(schema: Schema, given: unknown, result: StandardSchemaV1.Result<unknown>): Validated {
  const output = result.issues === undefined ? result.value : undefined;
  const unknown = result.issues?.some((issue) => unknownKeyIn(issue) !== undefined) === true ? [] : unknownKeys(schema, given, output, []);
  const issues = [...(result.issues ?? []).map((issue) => issueOf(schema, issue)), ...unknown];
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: output };
}

function issueOf(schema: Schema, issue: StandardSchemaV1.Issue): Issue {
  const path = (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
  const unknownKey = unknownKeyIn(issue);
  return { message: describeIssue(issue), path, ...(unknownKey === undefined ? {} : { unknownKey }), known: [...(path.length === 0 ? shapeOf(schema) : new Map()).keys()] };
}

/** Keys that stand neither in the shape nor in the parsed value: a schema that lets more keys through has them in the latter. */
function unknownKeys(schema: unknown, given: unknown, output: unknown, path: readonly string[]): readonly Issue[] {
  const shape = shapeOf(schema);
  if (shape.size === 0 || typeof given !== 'object' || given === null) return [];
  const kept = new Map<string, unknown>(typeof output === 'object' && output !== null ? Object.entries(output) : []);
  return Object.entries(given).flatMap(([key, value]): readonly Issue[] => {
    if (shape.has(key)) return unknownKeys(shape.get(key), value, kept.get(key), [...path, key]);
    return kept.has(key) || value === undefined ? [] : [{ message: 'unknown key', path: [...path, key], unknownKey: key, known: [...shape.keys()] }];
  });
}

/** The members of an object schema as zod (`shape`) and valibot (`entries`) tell them; empty for others. */
function shapeOf(schema: unknown): ReadonlyMap<string, unknown> {
  if (typeof schema !== 'object' || schema === null) return new Map();
  const shape: unknown = 'shape' in schema ? schema.shape : 'entries' in schema ? schema.entries : undefined;
  return new Map<string, unknown>(typeof shape === 'object' && shape !== null && !Array.isArray(shape) ? Object.entries(shape) : []);
}

// Schema libraries name unknown keys in a field (`keys`) or in the text of their messages only.
function unknownKeyIn(issue: StandardSchemaV1.Issue): string | undefined {
  if ('keys' in issue && Array.isArray(issue.keys) && 'code' in issue && issue.code === 'unrecognized_keys') return String(issue.keys[0]);
  return /unrecogni[sz]ed key|unknown (?:key|option)/i.test(issue.message) ? (/"([^"]+)"/.exec(issue.message)?.[1] ?? '') : undefined;
}
