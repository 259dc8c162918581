// The one error type of this package. The message is what Go prints; the fields say the same to a program.
import { Buffer } from 'node:buffer';

/**
 * - `parse`: the text is not a template (also: an unknown function, which Go reports while parsing)
 * - `execute`: the template failed on these values
 * - `limit`: the template wanted more steps, depth or memory than it was given
 * - `refused`: a function that cannot be deterministic (network, certificates, randomness without a source)
 */
export type TemplateErrorCode = 'parse' | 'execute' | 'limit' | 'refused';

export interface TemplateErrorDetails {
  readonly code: TemplateErrorCode;
  readonly name: string;
  readonly line: number;
  readonly column: number;
  /** The text, and the offset of the error in it. */
  readonly source: string;
  readonly offset: number;
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly warning?: string | undefined;
  readonly cause?: unknown;
}

export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly code: TemplateErrorCode;
  /** Name of the template text, as given in the options. */
  readonly templateName: string;
  /** From 1. */
  readonly line: number;
  /** In bytes of UTF-8, from 0, as Go counts. */
  readonly column: number;
  /** The message without the place. */
  readonly reason: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Words of the template's author, given to helm's `required`. */
  readonly warning: string | undefined;

  readonly #details: TemplateErrorDetails;

  constructor(message: string, details: TemplateErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.#details = details;
    this.code = details.code;
    this.templateName = details.name;
    this.line = details.line;
    this.column = details.column;
    this.reason = details.reason;
    this.hint = details.hint;
    this.warning = details.warning;
  }

  /** The same error with another message. */
  reworded(message: string): TemplateError {
    return new TemplateError(message, this.#details);
  }

  /** The line of the error, two before and one after it, with a mark under the column. */
  get frame(): string {
    return codeFrame(this.#details.source, this.#details.offset);
  }

  /** The error of the included template that started it all, or this one. */
  get innermost(): TemplateError {
    return this.cause instanceof TemplateError ? this.cause.innermost : this;
  }
}

export type Result<Value, Failure> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: Failure };

export interface Place {
  /** From 1. */
  readonly line: number;
  /** In bytes, from 0. */
  readonly column: number;
}

/** Place of an offset (in UTF-16 units) of a source text. */
export function placeAt(source: string, offset: number): Place {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: Buffer.byteLength(before.slice(start), 'utf8') };
}

/** The lines around an offset, numbered, with a caret. Long lines are cut around the caret. */
function codeFrame(source: string, offset: number): string {
  const { line } = placeAt(source, offset);
  const lines = source.split('\n');
  const column = offset - (source.lastIndexOf('\n', offset - 1) + 1);
  const first = Math.max(1, line - 2);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const from = Math.max(0, column - 60);
  const rows: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = (lines[number - 1] ?? '').replace(/\r$/, '').slice(from, from + 120);
    rows.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd());
    if (number === line) rows.push(`  ${' '.repeat(width)} | ${(lines[number - 1] ?? '').slice(from, column).replace(/[^\t]/g, ' ')}^`);
  }
  return rows.join('\n');
}
