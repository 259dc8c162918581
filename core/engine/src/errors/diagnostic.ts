// A located message. Everything that a user can cause is told by one of these; exceptions mean a bug.

/** A place in a text file; lines and columns count from 1, columns in UTF-16 units. */
export interface Place {
  /** Relative to the workspace where it lies inside, else absolute. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Characters to underline; default 1. */
  readonly length?: number;
}

export interface Note {
  readonly message: string;
  readonly place?: Place;
}

/** Where a part of what a task reads was written by the user: what messages about that part show beside it. */
export interface Origin {
  readonly place?: Place;
  readonly notes?: readonly Note[];
}

export interface Diagnostic {
  /** `COS_<AREA>_<PROBLEM>`, a key of the table in codes.ts, or a plugin's own code of the same form. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** One sentence: what was expected and what was found, quoted. */
  readonly message: string;
  readonly place?: Place;
  /** The lines around the place, where the text is at hand; else the printer reads the file. */
  readonly source?: string;
  readonly notes?: readonly Note[];
  /** Which part of what the task reads it is about, by the name that the target gave it in `origins` (`steps[2]`): the engine adds place and notes of it. */
  readonly part?: string;
  /** What to do. */
  readonly hint?: string;
  /** Last lines of a tool or a step, oldest first. */
  readonly output?: readonly string[];
  readonly task?: string;
}
