import type { RegistryError } from '../registry-error.ts';
import type { Clock } from './clock.ts';

/** How often and how patiently a request is repeated. */
export interface RetryPolicy {
  /** Attempts in all; 1 = no repetition. Default 5. */
  readonly attempts: number;
  /** Milliseconds before the second attempt; doubled each time, of which a random half is left out. Default 250. */
  readonly firstWaitMs: number;
  /** The longest wait in milliseconds. A registry that asks for a longer one fails at once. Default 30000. */
  readonly longestWaitMs: number;
}

export const defaultRetries: RetryPolicy = { attempts: 5, firstWaitMs: 250, longestWaitMs: 30_000 };

/** Thrown by an attempt whose problem may pass; `problem` is what the caller gets when the attempts are used up. */
export class PassingProblem extends Error {
  override readonly name = 'PassingProblem';
  readonly problem: RegistryError;

  constructor(problem: RegistryError) {
    super(problem.message);
    this.problem = problem;
  }
}

export interface Retrying {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Makes attempts until one succeeds or fails for good. */
export async function withRetries<Value>({ policy, clock, signal }: Retrying, attempt: () => Promise<Value>): Promise<Value> {
  let made = 0;
  for (;;) {
    signal.throwIfAborted();
    try {
      made += 1;
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingProblem)) throw error;
      const wait = waitBefore(made, error.problem.retryAfterSeconds, policy, clock);
      if (made >= policy.attempts || wait === undefined) throw error.problem;
      await clock.wait(wait, signal);
    }
  }
}

/** Milliseconds; undefined where the registry wants more patience than there is. */
function waitBefore(made: number, retryAfterSeconds: number | undefined, { firstWaitMs, longestWaitMs }: RetryPolicy, clock: Clock): number | undefined {
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** (made - 1));
  const own = full / 2 + (full / 2) * clock.random();
  if (retryAfterSeconds === undefined) return own;
  const asked = retryAfterSeconds * 1000;
  return asked > longestWaitMs ? undefined : Math.max(own, asked);
}
