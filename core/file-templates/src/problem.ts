// What is wrong with a template or its data, as a value with a place. Lines and columns count from 1, columns in UTF-16 units.

/**
 * `syntax`: the text is no template. `unsupported`: Handlebars that is left out here (partials, decorators, named arguments).
 * `unknown-variable`, `unknown-helper`: no such name. `wrong-value`: a value of a type that cannot stand there.
 * `too-large`: the output or the number of loop passes exceeds its bound. `bad-data`: data that is not plain JSON-like data (no place).
 */
export type TemplateProblemKind = 'syntax' | 'unsupported' | 'unknown-variable' | 'unknown-helper' | 'wrong-value' | 'too-large' | 'bad-data';

export interface TemplateProblem {
  readonly kind: TemplateProblemKind;
  /** One sentence without a final full stop. */
  readonly message: string;
  /** The template's name, as given to `render`. */
  readonly file: string;
  /** Undefined when the problem is in the data. */
  readonly line?: number;
  readonly column?: number;
  /** Characters to underline on that line. */
  readonly length?: number;
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
  /** The lines around the place with their numbers and a line of carets; empty when there is no place. */
  readonly frame: readonly string[];
}

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface Fault {
  readonly kind: TemplateProblemKind;
  readonly message: string;
  readonly expected?: string;
  readonly found?: string;
  readonly hint?: string;
}

/** Carries a fault out of code that Handlebars calls; never leaves this package. */
export class TemplateFault extends Error {
  readonly fault: Fault;
  readonly place: Place | undefined;

  constructor(fault: Fault, place?: Place) {
    super(fault.message);
    this.fault = fault;
    this.place = place;
  }
}

export function createProblem(file: string, source: string, fault: Fault, place: Place | undefined): TemplateProblem {
  return place === undefined ? { ...fault, file, frame: [] } : { ...fault, file, ...place, frame: createFrame(source, place) };
}

const LINES_AROUND = 2;
const WIDEST_LINE = 200;

function createFrame(source: string, place: Place): readonly string[] {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, place.line - LINES_AROUND);
  const last = Math.min(lines.length, place.line + LINES_AROUND);
  const width = String(last).length;
  const frame: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const text = (lines[number - 1] ?? '').slice(0, WIDEST_LINE);
    frame.push(`${number === place.line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`.trimEnd());
    if (number === place.line && place.column <= WIDEST_LINE) {
      const lead = text.slice(0, place.column - 1).replaceAll(/[^\t]/g, ' ');
      frame.push(`  ${' '.repeat(width)} | ${lead}${'^'.repeat(Math.max(1, Math.min(place.length, text.length - place.column + 1)))}`);
    }
  }
  return frame;
}
