import { splitLogicalLines, type Heredoc, type LogicalLine, type LogicalLines } from './logical-lines.ts';
import { expandWord, splitWords } from './words.ts';

// The instructions of a Dockerfile: keyword, flags, and what stands behind them. Keywords may be written in any case.

export const keywords = [
  'ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER', 'ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR',
] as const;
export type Keyword = (typeof keywords)[number];

export interface Instruction {
  readonly keyword: Keyword;
  /** `--name=value` behind the keyword, in order. */
  readonly flags: readonly Flag[];
  /** Everything behind the flags. */
  readonly rest: string;
  /** Index in the text of `source` where `rest` begins. */
  readonly restAt: number;
  readonly source: LogicalLine;
}

export interface Flag {
  /** Without the dashes. */
  readonly name: string;
  /** Without quotes; empty for a flag without value. */
  readonly value: string;
  /** Where the flag begins and ends in the text of `source`. */
  readonly start: number;
  readonly end: number;
}

/** An instruction that nobody knows. */
export interface UnknownInstruction {
  readonly word: string;
  readonly source: LogicalLine;
}

export interface Instructions extends Omit<LogicalLines, 'lines'> {
  readonly instructions: readonly Instruction[];
  readonly unknown: readonly UnknownInstruction[];
}

export function readInstructions(text: string): Instructions {
  const { lines, ...form } = splitLogicalLines(text, findHeredocs);
  const instructions: Instruction[] = [];
  const unknown: UnknownInstruction[] = [];
  for (const source of lines) {
    const instruction = readInstruction(source.text, source, 0);
    if (instruction === undefined) unknown.push({ word: wordAt(source.text, 0), source });
    else instructions.push(instruction);
  }
  return { ...form, instructions, unknown };
}

/** The instruction that ONBUILD puts off; undefined when there is none. */
export function readTrigger({ keyword, rest, restAt, source }: Instruction): Instruction | undefined {
  return keyword === 'ONBUILD' ? readInstruction(rest, source, restAt) : undefined;
}

/** The list of a JSON form such as `["a", "b"]`; undefined for the form of words. */
export function readJsonForm(rest: string): readonly string[] | undefined {
  if (!rest.trimStart().startsWith('[')) return undefined;
  try {
    const given: unknown = JSON.parse(rest);
    return Array.isArray(given) && given.every((item) => typeof item === 'string') ? given : undefined;
  } catch {
    // A bracket that begins no JSON list is part of a word.
    return undefined;
  }
}

function readInstruction(text: string, source: LogicalLine, offset: number): Instruction | undefined {
  const word = wordAt(text, 0);
  const keyword = keywords.find((one) => one === word.toUpperCase());
  if (keyword === undefined) return undefined;
  const { flags, end } = readFlags(text, word.length, offset);
  const behind = text.slice(end);
  const restAt = end + behind.length - behind.trimStart().length;
  return { keyword, flags, rest: text.slice(restAt).trimEnd(), restAt: offset + restAt, source };
}

function wordAt(text: string, start: number): string {
  return /^\S*/.exec(text.slice(start))?.[0] ?? '';
}

/** Flags end at the first word without dashes, or behind `--`. Quotes may hold blanks; a backslash takes the meaning of the next character away. */
function readFlags(text: string, start: number, offset: number): { readonly flags: readonly Flag[]; readonly end: number } {
  const flags: Flag[] = [];
  let end = start;
  for (const { text: word, at } of splitWords(text.slice(start), '\\')) {
    if (!word.startsWith('--')) break;
    end = start + at + word.length;
    if (word === '--') break;
    const [name = '', ...value] = unquote(word.slice(2)).split('=');
    flags.push({ name, value: value.join('='), start: offset + start + at, end: offset + end });
  }
  return { flags, end };
}

function unquote(word: string): string {
  return word.replace(/\\(.)|["']/g, '$1');
}

const MAY_HAVE_HEREDOCS: readonly string[] = ['ADD', 'COPY', 'RUN'];

/** Words such as `<<EOF`, `<<-EOF`, `<<"EOF"` and `3<<EOF` announce here-documents, in this order. Those of a JSON form are words like others. */
function findHeredocs(text: string): readonly Heredoc[] {
  const [, first = '', second = ''] = /^(\S*)\s*(\S*)/.exec(text) ?? [];
  const keyword = first.toUpperCase() === 'ONBUILD' ? second : first;
  if (!MAY_HAVE_HEREDOCS.includes(keyword.toUpperCase())) return [];
  return splitWords(text, '\\').flatMap(({ text: word }) => {
    const [, dash = '', name = ''] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
    const terminator = name === '' ? undefined : expandWord(name.replaceAll('$', '\\$'), { variables: new Map(), escape: '\\' });
    return terminator?.ok === true && terminator.value !== '' ? [{ terminator: terminator.value, isIndented: dash === '-' }] : [];
  });
}
