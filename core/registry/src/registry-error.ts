/** What can go wrong with a registry for a reason outside of this library; the README has a table of what they mean. */
export const registryErrorCodes = [
  'reference',
  'not-found',
  'unauthorized',
  'denied',
  'credentials',
  'rate-limited',
  'unavailable',
  'unreachable',
  'timeout',
  'certificate',
  'corrupt',
  'protocol',
  'too-large',
  'no-platform',
  'unsupported',
  'refused',
  'content',
] as const;

export type RegistryErrorCode = (typeof registryErrorCodes)[number];

/** What a problem is about; the more specific fields are there where they are known. */
export interface Subject {
  /** Host with its port where there is one: `docker.io`, `localhost:5000`. */
  readonly registry?: string;
  /** Path below the registry: `library/debian`. */
  readonly repository?: string;
  /** Tag or digest. */
  readonly reference?: string;
}

/** The parts of a {@link RegistryError}. No part ever has credentials, tokens or the query of an address. */
export interface RegistryProblem extends Subject {
  readonly code: RegistryErrorCode;
  /** One sentence that says what is wrong. */
  readonly summary: string;
  readonly expected?: string;
  readonly found?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Status of the answer; undefined where there is none. */
  readonly status?: number;
  /** The error code that the registry gave, such as `MANIFEST_UNKNOWN`. */
  readonly registryCode?: string;
  /** The registry's own words: one line of printable text, shortened. */
  readonly registryMessage?: string;
  /** Seconds after which the registry wants to be asked again. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An expected problem with a registry: compare `code`, never the text of the message. An aborted signal gives its own reason instead. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code: RegistryErrorCode;
  readonly summary: string;
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly hint: string | undefined;
  readonly registry: string | undefined;
  readonly repository: string | undefined;
  readonly reference: string | undefined;
  readonly status: number | undefined;
  readonly registryCode: string | undefined;
  readonly registryMessage: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: RegistryProblem) {
    super(describe(problem), problem.cause === undefined ? undefined : { cause: problem.cause });
    this.code = problem.code;
    this.summary = problem.summary;
    this.expected = problem.expected;
    this.found = problem.found;
    this.hint = problem.hint;
    this.registry = problem.registry;
    this.repository = problem.repository;
    this.reference = problem.reference;
    this.status = problem.status;
    this.registryCode = problem.registryCode;
    this.registryMessage = problem.registryMessage;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** The three parts of a subject as a person writes them: `localhost:5000/team/base:1`. */
export function describeSubject({ registry, repository, reference }: Subject): string {
  const name = [registry, repository].filter((part) => part !== undefined).join('/');
  if (reference === undefined) return name;
  return reference.includes(':') ? `${name}@${reference}` : `${name}:${reference}`;
}

function describe(problem: RegistryProblem): string {
  const own = [problem.registryCode, problem.registryMessage].filter((part) => part !== undefined).join(': ');
  return [
    problem.summary,
    ...(own === '' ? [] : [`  the registry says: ${own}`]),
    ...(problem.expected === undefined ? [] : [`  expected: ${problem.expected}`]),
    ...(problem.found === undefined ? [] : [`  found: ${problem.found}`]),
    ...(problem.hint === undefined ? [] : [`  hint: ${problem.hint}`]),
  ].join('\n');
}
