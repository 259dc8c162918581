import type { Diagnostic } from '../errors/diagnostic.ts';
import { at } from '../errors/place.ts';
import { quote } from '../errors/schema-failures.ts';
import type { Json } from '../model/json.ts';
import type { Pin } from '../model/pin.ts';
import { isJsonObject } from '../model/plain.ts';
import type { Schema } from '../model/schema.ts';
import { validate, type Validated } from '../model/validate.ts';
import { lockName, type LockEntry } from './lock.ts';

/** A call of a pin, with its details as plain data. */
export interface PinRequest extends Pick<LockEntry, 'plugin' | 'pin' | 'request'> {
  readonly details: Json | undefined;
  /** Where the call stands: `file:line:column`. */
  readonly site: string | undefined;
}

/** A request that the lock does not answer: it lacks it, or it was answered for other details. Or one whose answer stands for files that are to be had first. */
export type MissingPin = UnansweredPin | PinWithoutFiles;

export interface UnansweredPin extends PinRequest {
  readonly why: 'missing' | 'stale';
}

export interface PinWithoutFiles extends PinRequest {
  readonly why: 'files';
  readonly answer: unknown;
}

export type PinAnswer =
  | { readonly kind: 'known'; readonly answer: unknown }
  | { readonly kind: 'unknown'; readonly why: UnansweredPin['why'] }
  /** What stands in the file is no answer of this pin. */
  | { readonly kind: 'broken'; readonly problems: readonly Diagnostic[] };

/** What an entry says to a request. */
export function readPin(entry: LockEntry | undefined, definition: Pin, request: PinRequest): PinAnswer {
  if (entry === undefined) return { kind: 'unknown', why: 'missing' };
  const parts = contentParts(entry.content, request.details !== undefined);
  if (parts === undefined || JSON.stringify(parts.details) !== JSON.stringify(request.details)) return { kind: 'unknown', why: 'stale' };
  const checked = checkNow(definition.answer, parts.answer);
  if (checked.ok) return { kind: 'known', answer: checked.value };
  return {
    kind: 'broken',
    problems: checked.issues.map(({ message, path }) => ({
      code: 'COS_PLAN_LOCK',
      severity: 'error',
      message: `${lockName} has no answer of the pin "${request.pin}" of plugin "${request.plugin}" for "${request.request}"${path.length === 0 ? '' : ` at ${path.join('.')}`}: ${message}; found ${quote(parts.answer)}.`,
      place: { file: lockName, ...(entry.line === undefined ? {} : { line: entry.line }) },
      hint: `Undo the change of the file, or look it up anew: cos lock --update ${shellWord(request.request)}`,
    })),
  };
}

/** The content of an entry. */
export function contentOf(answer: Json, details: Json | undefined): Json {
  return details === undefined ? answer : { for: details, is: answer };
}

/** What an earlier answer was, if it has the form of one; details may have changed since. */
export function previousAnswer(entry: LockEntry | undefined, definition: Pin, request: PinRequest): unknown {
  const parts = entry === undefined ? undefined : contentParts(entry.content, request.details !== undefined);
  if (parts === undefined) return undefined;
  const checked = checkNow(definition.answer, parts.answer);
  return checked.ok ? checked.value : undefined;
}

/** Where nothing is looked up, what the lock does not answer is an error. `reason`: why nothing is. */
export function refuseMissing(missing: readonly UnansweredPin[], reason: string): readonly Diagnostic[] {
  return missing.map(({ plugin, pin, request, site, why }) => ({
    code: why === 'missing' ? 'COS_PLAN_PIN_MISSING' : 'COS_PLAN_PIN_STALE',
    severity: 'error',
    message:
      why === 'missing'
        ? `Expected "${request}" (pin "${pin}" of plugin "${plugin}") in ${lockName}; it is not there, and ${reason}.`
        : `Expected an answer for "${request}" (pin "${pin}" of plugin "${plugin}") in ${lockName} that fits the config; it was looked up for something else, and ${reason}.`,
    ...at(site),
    hint: `Run \`cos lock\` and commit ${lockName}.`,
  }));
}

function contentParts(content: Json, hasDetails: boolean): { readonly details: Json | undefined; readonly answer: Json } | undefined {
  if (!hasDetails) return { details: undefined, answer: content };
  if (!isJsonObject(content)) return undefined;
  const { for: details, is: answer, ...rest } = content;
  return details === undefined || answer === undefined || Object.keys(rest).length > 0 ? undefined : { details, answer };
}

/** Planning reads pins at once: a schema that answers later cannot be used for them. */
function checkNow(schema: Schema, value: unknown): Validated {
  const checked = validate(schema, value);
  if (checked instanceof Promise) throw new Error('Internal error: the schema of a pin answers later');
  return checked;
}

export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
