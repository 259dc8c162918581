// What went wrong in a tree, as data. Nothing in this package throws for bad input: a caller maps problems to its own diagnostics.
// Lines and columns count from 1; `length` is the width of the marked text on that line.

export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Width of the marked text in characters; undefined = unknown. */
  readonly length?: number;
  /** Set when an object is made at this place, and only a part of it is meant. */
  readonly field?: ObjectField;
}

/** A part of an object that describes a package. */
export interface ObjectField {
  /** Which package, for messages: `system/os@1.0`. */
  readonly of: string;
  /** `steps[2]`, `runtime.requires[0].version`; '' for the whole object. */
  readonly path: string;
}

export type Severity = 'error' | 'warning' | 'note';

export interface Problem {
  /** A word of the form `LUET_<PROBLEM>`, stable; see the table in the README. */
  readonly code: ProblemCode;
  readonly severity: Severity;
  /** One sentence without a final full stop. */
  readonly message: string;
  /** Undefined when the problem belongs to no file (a bad target on the command line). */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly length?: number;
  /** The part of an object that stands at the place. */
  readonly field?: ObjectField;
  /** What would be right, in words. */
  readonly expected?: string;
  /** What is there: the text as it stands, or in words what it is. */
  readonly found?: string;
  readonly hint?: string;
  /** True when line and column count in the rendered text of the file, because no line of the source corresponds. */
  readonly rendered?: boolean;
  /** `category/name` of the package that is required and cannot be had. */
  readonly wanted?: string;
  /** Other places that take part, for instance who requires the missing package. */
  readonly related?: readonly RelatedLocation[];
}

export interface RelatedLocation {
  readonly message: string;
  readonly location?: Location;
}

export const PROBLEM_CODES = [
  'LUET_YAML_SYNTAX',
  'LUET_YAML_TOO_LARGE',
  'LUET_YAML_EXTRA_DOCUMENT',
  'LUET_DUPLICATE_KEY',
  'LUET_UNKNOWN_KEY',
  'LUET_WRONG_TYPE',
  'LUET_LOSSY_SCALAR',
  'LUET_MISSING_KEY',
  'LUET_BAD_NAME',
  'LUET_BAD_VERSION',
  'LUET_READ_FAILED',
  'LUET_LINKED_FOLDER',
  'LUET_NO_RECIPE',
  'LUET_DUPLICATE_PACKAGE',
  'LUET_UPSTREAM_REPLACED',
  'LUET_RENDER_FAILED',
  'LUET_NO_VALUE',
  'LUET_UNDECLARED_VARIABLE',
  'LUET_NO_PARENT',
  'LUET_NO_EFFECT',
  'LUET_BAD_PACKAGE_DIR',
  'LUET_BAD_PATTERN',
  'LUET_BAD_PATH',
  'LUET_BAD_ATOM',
  'LUET_UNKNOWN_PACKAGE',
  'LUET_NO_VERSION',
  'LUET_UNSATISFIABLE',
  'LUET_SEARCH_LIMIT',
  'LUET_CYCLE',
  'LUET_TAG_COLLISION',
  'LUET_BAD_FORMAT',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

export type ProblemDetails = Omit<Problem, 'code' | 'severity' | 'message' | 'file' | 'line' | 'column' | 'length' | 'field'>;

/** Makes a problem; `at` is spread into it, so that a problem stays plain JSON. */
export function createProblem(
  severity: Severity,
  code: ProblemCode,
  message: string,
  at?: Location | { readonly file: string },
  details: ProblemDetails = {},
): Problem {
  return { code, severity, message, ...at, ...details };
}

export function isError(problem: Problem): boolean {
  return problem.severity === 'error';
}

/** One line a person can read: `file:line:column: code: message (hint)`. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const field = problem.field === undefined ? '' : ` (${showField(problem.field)})`;
  const head = place === '' ? problem.code : `${place}${field}: ${problem.code}`;
  const expected = problem.expected === undefined ? '' : `; expected ${problem.expected}`;
  const found = problem.found === undefined ? '' : `; found ${problem.found}`;
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  const related = (problem.related ?? []).map((one) => {
    const at = one.location === undefined ? '' : ` [${one.location.file}:${one.location.line}:${one.location.column}]`;
    return `\n  ${one.message}${at}`;
  });
  return `${head}: ${problem.message}${expected}${found}${hint}${related.join('')}`;
}

/** `steps[2] of system/os@1.0` */
export function showField({ of, path }: ObjectField): string {
  return path === '' ? of : `${path} of ${of}`;
}

/** What a message calls the thing at a place: the field of an object by its path, else `what`. */
export function wordFor(at: Location | undefined, what: string): string {
  return at?.field === undefined || at.field.path === '' ? what : at.field.path;
}
