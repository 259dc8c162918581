import type { TaskState } from '../model/outcome.ts';

// The life of a task in one run. Outcomes are final but for one case: bytes of an output turn out to be lost when a consumer needs them. Then the
// producer waits again, to run, and so does whoever read it, should its bytes come out different.

export type TaskEvent =
  /** Every input is there. */
  | 'inputs-ready'
  | 'found-fresh'
  | 'restored'
  | 'ran'
  | 'failed'
  /** An input failed or was skipped. */
  | 'input-failed'
  | 'cancel'
  /** Its own bytes, or those of an input, are lost or were made anew: it is looked at again. */
  | 'reopen';

const transitions: { readonly [S in TaskState]: { readonly [E in TaskEvent]?: TaskState } } = {
  waiting: { 'inputs-ready': 'ready', 'input-failed': 'skipped', cancel: 'cancelled', reopen: 'waiting' },
  ready: { 'found-fresh': 'fresh', restored: 'cached', ran: 'built', failed: 'failed', cancel: 'cancelled', reopen: 'waiting' },
  fresh: { reopen: 'waiting' },
  cached: { reopen: 'waiting' },
  built: { reopen: 'waiting' },
  failed: {},
  skipped: {},
  cancelled: {},
};

/** The next state. Throws for a transition that must not be. */
export function nextState(state: TaskState, event: TaskEvent): TaskState {
  const next = transitions[state][event];
  if (next === undefined) throw new Error(`Internal error: a task that is ${state} cannot take "${event}"`);
  return next;
}

/** True for outcomes that leave outputs behind. */
export function hasOutputs(state: TaskState): boolean {
  return state === 'fresh' || state === 'cached' || state === 'built';
}
