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

/** Lines by their text without indentation; undefined when several have it. */
type Origins = ReadonlyMap<string, Location | undefined>;

interface LineTable {
  readonly rendered: readonly string[];
  readonly ofTemplates: Origins;
  readonly ofRecipe: Origins;
  /** Rendered lines before the recipe, when the recipe has no actions. */
  readonly shift: number | undefined;
}

/** Moves a location of the rendered text to the source, when one line of the source is certainly meant. Costs nothing until it is asked. */
export class RenderedMap {
  readonly #text: string;
  readonly #templates: readonly SourceText[];
  readonly #recipe: SourceText;
  #made: LineTable | undefined;

  /** `templates` stood before the recipe; give the same list for all recipes of a tree. */
  constructor(rendered: string, templates: readonly SourceText[], recipe: SourceText) {
    this.#text = rendered;
    this.#templates = templates;
    this.#recipe = recipe;
  }

  /** Whether every location is where it comes from: each line of the text is that of the recipe, or what an action made of it. */
  get keepsPlaces(): boolean {
    return this.#templates.length === 0 && keepsLines(this.#recipe.text, this.#text);
  }

  get #table(): LineTable {
    this.#made ??= tabulate(this.#text, this.#templates, this.#recipe);
    return this.#made;
  }

  locate(at: Location): { readonly at: Location; readonly rendered: boolean } {
    const { rendered, ofTemplates, ofRecipe, shift } = this.#table;
    if (shift !== undefined && at.line > shift) {
      return { at: { ...at, file: this.#recipe.file, line: at.line - shift }, rendered: false };
    }
    const text = rendered[at.line - 1] ?? '';
    const key = text.trim();
    const origin = ofTemplates.has(key) && ofRecipe.has(key) ? undefined : (ofRecipe.get(key) ?? ofTemplates.get(key));
    if (origin === undefined) return { at: { ...at, file: this.#recipe.file }, rendered: true };
    const indent = text.length - text.trimStart().length;
    return { at: { ...at, ...origin, column: at.column - indent + origin.column - 1 }, rendered: false };
  }

  /** The line of the source whose text begins like the rendered line up to `before` and goes on with an action. */
  locateAction(line: number, before: string): { readonly at: Location; readonly rendered: boolean } {
    const start = before.trim();
    const { ofTemplates, ofRecipe } = this.#table;
    const matches = [...ofTemplates, ...ofRecipe].filter(([text]) => text.startsWith(start) && text.slice(start.length).trimStart().startsWith('{{'));
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

function tabulate(text: string, templates: readonly SourceText[], recipe: SourceText): LineTable {
  const rendered = text.split('\n');
  const isVerbatim = !recipe.text.includes('{{') && (text === recipe.text || text.endsWith(`\n${recipe.text}`));
  const shift = isVerbatim ? rendered.length - recipe.text.split('\n').length : undefined;
  return { rendered, ofTemplates: originsOfTemplates(templates), ofRecipe: originsOf([recipe]), shift };
}

function keepsLines(source: string, rendered: string): boolean {
  if (source === rendered) return true;
  let inSource = 0;
  let inRendered = 0;
  for (;;) {
    const endInSource = source.indexOf('\n', inSource);
    const endInRendered = rendered.indexOf('\n', inRendered);
    if ((endInSource === -1) !== (endInRendered === -1)) return false;
    const line = endInSource === -1 ? source.slice(inSource) : source.slice(inSource, endInSource);
    if (line !== (endInRendered === -1 ? rendered.slice(inRendered) : rendered.slice(inRendered, endInRendered)) && !line.includes('{{')) return false;
    if (endInSource === -1) return true;
    inSource = endInSource + 1;
    inRendered = endInRendered + 1;
  }
}

const knownTemplates = new WeakMap<readonly SourceText[], Origins>();

/** Templates are long and stand before every recipe of a tree. */
function originsOfTemplates(templates: readonly SourceText[]): Origins {
  const known = knownTemplates.get(templates) ?? originsOf(templates);
  knownTemplates.set(templates, known);
  return known;
}

function originsOf(sources: readonly SourceText[]): Origins {
  const origins = new Map<string, Location | undefined>();
  for (const source of sources) {
    for (const [index, line] of source.text.split('\n').entries()) {
      const key = line.trim();
      const column = line.length - line.trimStart().length + 1;
      origins.set(key, origins.has(key) ? undefined : { file: source.file, line: index + 1, column });
    }
  }
  return origins;
}
