/** Repositories that failed a moment ago, so that the next task does not wait for them, too. A class because it remembers. */
export class Troubles {
  readonly #since = new Map<string, { readonly reason: string; readonly until: number }>();
  readonly #now: () => number;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Why a repository is left alone; undefined when it is not. */
  reasonOf(repository: string): string | undefined {
    const trouble = this.#since.get(repository);
    if (trouble === undefined || trouble.until <= this.#now()) return undefined;
    return trouble.reason;
  }

  /** From now on, and for a while, a repository is left alone. False when it was already. */
  note(repository: string, reason: string): boolean {
    const isNew = this.reasonOf(repository) === undefined;
    this.#since.set(repository, { reason, until: this.#now() + PAUSE });
    return isNew;
  }
}

const PAUSE = 5 * 60_000;
