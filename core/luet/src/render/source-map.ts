// Where a line of the joined source, or of the rendered text, comes from. The joined source is exact. The rendered text is not
// traced by any template engine, so its lines are found again: a file without actions is simply shifted, else a line of the same
// text must exist exactly once. What is not found stays where it is and is marked as rendered.

import type { Location, Problem, RelatedLocation } from '../problem.ts';
import type { SourceText } from '../tree/load-tree.ts';

export interface JoinedSource {
  readonly text: string;
  readonly parts: readonly Part[];
}

interface Part {
  readonly source: SourceText;
  /** Position of its first character in the joined text, from 1. */
  readonly line: number;
  readonly column: number;
}

/** Joined without separators, as luet does: a part may begin in the middle of a line. */
export function joinSources(sources: readonly SourceText[]): JoinedSource {
  const parts: Part[] = [];
  let text = '';
  let line = 1;
  let lineStart = 0;
  for (const source of sources) {
    parts.push({ source, line, column: text.length - lineStart + 1 });
    for (let at = source.text.indexOf('\n'); at !== -1; at = source.text.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = text.length + at + 1;
    }
    text += source.text;
  }
  return { text, parts };
}

/** The file and the place in it of a position in the joined text. */
export function locateInSource(joined: JoinedSource, line: number, column?: number): Location | undefined {
  const part = joined.parts.findLast(
    (one) => one.line < line || (one.line === line && one.column <= (column ?? Number.MAX_SAFE_INTEGER)),
  );
  if (part === undefined) return undefined;
  const isFirstLine = line === part.line;
  const inLine = column === undefined ? 1 : isFirstLine ? column - part.column + 1 : column;
  return { file: part.source.file, line: line - part.line + 1, column: Math.max(1, inLine) };
}

/** Moves a location of the rendered text to the source, when one line of the source is certainly meant. */
export class RenderedMap {
  readonly #rendered: readonly string[];
  readonly #origins = new Map<string, Location | undefined>();
  readonly #recipe: SourceText;
  /** Rendered lines before the recipe, when the recipe has no actions. */
  readonly #shift: number | undefined;

  constructor(rendered: string, sources: readonly SourceText[], recipe: SourceText) {
    this.#rendered = rendered.split('\n');
    this.#recipe = recipe;
    const isVerbatim = !recipe.text.includes('{{') && (rendered === recipe.text || rendered.endsWith(`\n${recipe.text}`));
    this.#shift = isVerbatim ? this.#rendered.length - recipe.text.split('\n').length : undefined;
    for (const source of sources) {
      for (const [index, text] of source.text.split('\n').entries()) {
        const key = text.trim();
        const column = text.length - text.trimStart().length + 1;
        this.#origins.set(key, this.#origins.has(key) ? undefined : { file: source.file, line: index + 1, column });
      }
    }
  }

  locate(at: Location): { readonly at: Location; readonly rendered: boolean } {
    if (this.#shift !== undefined && at.line > this.#shift) {
      return { at: { ...at, file: this.#recipe.file, line: at.line - this.#shift }, rendered: false };
    }
    const text = this.#rendered[at.line - 1] ?? '';
    const origin = this.#origins.get(text.trim());
    if (origin === undefined) return { at: { ...at, file: this.#recipe.file }, rendered: true };
    const indent = text.length - text.trimStart().length;
    return { at: { ...at, ...origin, column: at.column - indent + origin.column - 1 }, rendered: false };
  }

  /** The line of the source whose text begins like the rendered line up to `before` and goes on with an action. */
  locateAction(line: number, before: string): { readonly at: Location; readonly rendered: boolean } {
    const start = before.trim();
    const matches = [...this.#origins].filter(([text]) => text.startsWith(start) && text.slice(start.length).trimStart().startsWith('{{'));
    const [text = '', origin] = matches.length === 1 ? (matches[0] ?? []) : [];
    if (origin !== undefined) {
      const action = text.indexOf('{{', start.length);
      const end = text.indexOf('}}', action);
      return { at: { ...origin, column: origin.column + action, ...(end === -1 ? {} : { length: end + 2 - action }) }, rendered: false };
    }
    return { at: { file: this.#recipe.file, line, column: before.length + 1 }, rendered: true };
  }

  move(problem: Problem): Problem {
    if (problem.line === undefined || problem.column === undefined) return { ...problem, file: this.#recipe.file };
    const { line, column, length } = problem;
    const found = this.locate({ file: this.#recipe.file, line, column, ...(length === undefined ? {} : { length }) });
    const related = problem.related?.map((one): RelatedLocation => (one.location === undefined ? one : { ...one, location: this.locate(one.location).at }));
    return { ...problem, ...found.at, ...(found.rendered ? { rendered: true } : {}), ...(related === undefined ? {} : { related }) };
  }
}
