// A contract as a list of cases, to be run against any implementation of it: `for (const { title, check } of cacheCases) test(title, () => check(make))`.

export interface ConformanceCase<Subject> {
  /** What must hold, as a sentence. */
  readonly title: string;
  /** Makes what it needs, checks, and rejects with an AssertionError when the contract is broken. */
  readonly check: (make: () => Promise<Subject>) => Promise<void>;
}
