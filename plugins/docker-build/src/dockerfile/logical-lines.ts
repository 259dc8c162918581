// The outer form of a Dockerfile: directives at the top, comments, lines that go on in the next one, here-documents. What an instruction means is for
// others to say. Format: the Dockerfile reference, and BuildKit's parser where the reference is silent.

/** A line of the file with those that continue it. */
export interface LogicalLine {
  /** The lines joined as a builder joins them: without the characters that continue a line, without comments in between. */
  readonly text: string;
  /** First and last line in the file, counted from 1; here-documents included. */
  readonly line: number;
  readonly lastLine: number;
  /** The last line of the instruction itself: what follows up to `lastLine` are here-documents. */
  readonly headLine: number;
  /** Place of a character of `text` in the file; line and column count from 1. */
  readonly placeAt: (index: number) => { readonly line: number; readonly column: number };
}

export interface LineProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

export interface LogicalLines {
  readonly lines: readonly LogicalLine[];
  /** The character that continues lines and takes the meaning of others away. */
  readonly escape: '\\' | '`';
  /** Lines that hold directives, counted from 1. */
  readonly directives: readonly number[];
  readonly problems: readonly LineProblem[];
}

/** Which text may be followed by here-documents, and which marks end them. */
export type FindHeredocs = (text: string) => readonly Heredoc[];

export interface Heredoc {
  /** The line that ends it. */
  readonly terminator: string;
  /** True for `<<-`: tabs before the terminator do not count. */
  readonly isIndented: boolean;
}

/** Splits a file. A byte order mark at its start does not count. */
export function splitLogicalLines(text: string, findHeredocs: FindHeredocs): LogicalLines {
  const physical = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const mark = physical[0]?.startsWith('\uFEFF') === true ? 1 : 0;
  if (mark === 1) physical[0] = (physical[0] ?? '').slice(1);
  const problems: LineProblem[] = [];
  const { escape, directives } = readDirectives(physical, problems);
  const lines: LogicalLine[] = [];
  for (let at = 0; at < physical.length; ) {
    if (isBlank(physical[at] ?? '') || isComment(physical[at] ?? '')) {
      at += 1;
      continue;
    }
    const { pieces, next } = joinLines(physical, at, escape);
    const joined = pieces.map((piece) => piece.text).join('');
    const end = skipHeredocs({ physical, from: next, first: at, heredocs: findHeredocs(joined), problems });
    lines.push({ text: joined, line: at + 1, headLine: next, lastLine: end, placeAt: placeIn(pieces, mark) });
    at = end;
  }
  return { lines, escape, directives, problems };
}

/** A part of a logical line, and where it begins. Numbers count from 0. */
interface Piece {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

function joinLines(physical: readonly string[], first: number, escape: string): { readonly pieces: readonly Piece[]; readonly next: number } {
  const pieces: Piece[] = [];
  let at = first;
  let goesOn = true;
  while (goesOn && at < physical.length) {
    const line = physical[at] ?? '';
    // Comments and empty lines between the lines of an instruction are passed over.
    if (at === first || !(isComment(line) || isBlank(line))) {
      const column = at === first ? line.length - line.trimStart().length : 0;
      const whole = line.slice(column);
      const cut = continuation(whole, escape);
      goesOn = cut !== undefined;
      pieces.push({ text: cut === undefined ? whole : whole.slice(0, cut), line: at, column });
    }
    at += 1;
  }
  return { pieces, next: at };
}

/** Where the character stands that continues the line; undefined when the line ends here. Two of them are no such thing. */
function continuation(line: string, escape: string): number | undefined {
  const end = line.replace(/[ \t]+$/, '').length - 1;
  return line[end] === escape && line[end - 1] !== escape ? end : undefined;
}

interface HeredocSearch {
  readonly physical: readonly string[];
  readonly from: number;
  readonly first: number;
  readonly heredocs: readonly Heredoc[];
  readonly problems: LineProblem[];
}

function skipHeredocs({ physical, from, first, heredocs, problems }: HeredocSearch): number {
  let at = from;
  for (const { terminator, isIndented } of heredocs) {
    const isEnd = (line: string): boolean => (isIndented ? line.replace(/^\t+/, '') : line) === terminator;
    while (at < physical.length && !isEnd(physical[at] ?? '')) at += 1;
    if (at >= physical.length) {
      const line = physical[first] ?? '';
      problems.push({ message: `The here-document is never ended: expected a line "${terminator}".`, line: first + 1, column: line.length - line.trimStart().length + 1, length: line.trim().length });
      return at;
    }
    at += 1;
  }
  return at;
}

function placeIn(pieces: readonly Piece[], mark: number): LogicalLine['placeAt'] {
  return (index) => {
    let rest = index;
    for (const [number, piece] of pieces.entries()) {
      if (rest < piece.text.length || number === pieces.length - 1) return { line: piece.line + 1, column: piece.column + rest + 1 + (piece.line === 0 ? mark : 0) };
      rest -= piece.text.length;
    }
    throw new Error('Internal error: an instruction has no lines');
  };
}

const DIRECTIVE = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/;
const KNOWN_DIRECTIVES: readonly string[] = ['escape', 'syntax', 'check'];

/** Directives stand before everything else; the first line of another form ends them. */
function readDirectives(physical: readonly string[], problems: LineProblem[]): { readonly escape: LogicalLines['escape']; readonly directives: readonly number[] } {
  const seen = new Set<string>();
  const directives: number[] = [];
  let escape: LogicalLines['escape'] = '\\';
  for (const [index, line] of physical.entries()) {
    const [, name = '', value = ''] = DIRECTIVE.exec(line) ?? [];
    if (name === '') break;
    const key = name.toLowerCase();
    directives.push(index + 1);
    const problem = (message: string): void => void problems.push({ message, line: index + 1, column: 1, length: line.length });
    if (KNOWN_DIRECTIVES.includes(key) && seen.has(key)) problem(`The directive "${key}" stands here a second time.`);
    else if (key === 'escape' && value !== '\\' && value !== '`') problem(`Expected a backslash or a backtick as value of the directive "escape"; found "${value}".`);
    else if (key === 'escape') escape = value === '`' ? '`' : '\\';
    seen.add(key);
  }
  return { escape, directives };
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#');
}
