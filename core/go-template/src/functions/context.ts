import type { Meter } from '../evaluate/limits.ts';
import { GoPanic } from '../values/panic.ts';
import type { GoMap, GoValue } from '../values/value.ts';

/** What a function may know about the rendering that it is called in. There is no clock, environment or randomness but these. */
export interface FunctionContext {
  readonly meter: Meter;
  /** Renders a template of the same text. */
  readonly include: (name: string, data: GoValue) => string;
  /** Renders another text with the functions of this engine (helm only). */
  readonly renderText: (source: string, data: GoMap) => string;
  /** Reports the read, then gives the value; '' when the variable was not handed in. */
  readonly readEnvironment: (name: string) => string;
  /** Milliseconds since 1970, or a refusal. */
  readonly now: () => number;
  /** Random bytes from the caller's source, or a refusal. */
  readonly random: (size: number) => Uint8Array;
}

/** Thrown for what cannot be done the same way twice. Becomes a template error with the code `refused`. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** Failure of helm's `required`: its message is for the user as it is, however deep it happened. */
export class RequiredValue extends GoPanic {}
