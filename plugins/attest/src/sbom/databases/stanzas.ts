import type { DatabaseProblem, TextPlace } from '../installed-package.ts';

/** A value with the line that it begins on, counted from 1. */
export interface StanzaField {
  readonly value: string;
  readonly line: number;
}

export interface Stanza {
  /** Line of its first field. */
  readonly line: number;
  /** By name, where case does not count in lower case. Continued lines are joined by line ends, without their first blank. */
  readonly fields: ReadonlyMap<string, StanzaField>;
}

export interface StanzaFile {
  readonly stanzas: readonly Stanza[];
  readonly problems: readonly DatabaseProblem[];
  /** The place of a line, counted from 1. */
  readonly placeOf: (line: number) => TextPlace;
}

export interface StanzaOptions {
  /** Names of fields. */
  readonly name: RegExp;
  /** Whether a line that begins with a blank continues the field above, and the case of names does not count, as in deb822(5). */
  readonly continued: boolean;
  /** Whether a field may stand in a stanza more than once; the first counts. */
  readonly repeated: boolean;
  /** Whether the last line must have its end: a file without it was cut off. */
  readonly ended: boolean;
}

/** More problems of one file help nobody. */
const MAX_PROBLEMS = 20;

/** Reads text of the form `Name: value`, in paragraphs that empty lines separate. */
export function readStanzas(text: string, file: string, options: StanzaOptions): StanzaFile {
  const stanzas: Stanza[] = [];
  const problems: DatabaseProblem[] = [];
  const lines = text.split('\n');
  const isCut = lines.at(-1) !== '';
  if (!isCut) lines.pop();
  const placeOf = (line: number): TextPlace => {
    const first = Math.max(0, line - 3);
    return { line, source: '\n'.repeat(first) + lines.slice(first, line + 1).join('\n') };
  };
  const report = (line: number, message: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push({ file, message, at: placeOf(line) });
  };
  let fields = new Map<string, { value: string; line: number }>();
  let first = 0;
  let current: { value: string; line: number } | undefined;
  let broken = false;
  const finish = (): void => {
    if (fields.size > 0) stanzas.push({ line: first, fields });
    fields = new Map();
    current = undefined;
    broken = false;
  };
  if (isCut && options.ended) report(lines.length, 'Expected the end of a line at the end of the file; it was cut off.');
  for (const [index, raw] of lines.entries()) {
    const content = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const number = index + 1;
    if (content.trim() === '') {
      finish();
      continue;
    }
    if (options.continued && (content.startsWith(' ') || content.startsWith('\t'))) {
      if (current !== undefined) current.value += `\n${content.slice(1)}`;
      else if (!broken) report(number, 'Expected a field; found a line that continues one, and there is none above it.');
      continue;
    }
    const colon = content.indexOf(':');
    const name = content.slice(0, Math.max(0, colon));
    if (colon < 1 || !options.name.test(name)) {
      report(number, `Expected "Name: value"; found ${quote(content)}.`);
      current = undefined;
      broken = true;
      continue;
    }
    const key = options.continued ? name.toLowerCase() : name;
    const known = fields.get(key);
    if (known !== undefined && !options.repeated) report(number, `The field "${name}" is here for the second time; the first is on line ${known.line}.`);
    current = { value: options.continued ? content.slice(colon + 1).trim() : content.slice(colon + 1), line: number };
    if (fields.size === 0) first = number;
    if (known === undefined) fields.set(key, current);
  }
  finish();
  return { stanzas, problems, placeOf };
}

/** Text from outside as it is shown in messages: quoted, and not too much of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
