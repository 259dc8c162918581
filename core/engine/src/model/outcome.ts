// States of a task. One union, one transition table (execute/task-state.ts).

/** How a task can end. */
export type Outcome = 'fresh' | 'cached' | 'built' | 'failed' | 'skipped' | 'cancelled';
export type TaskState = 'waiting' | 'ready' | Outcome;

export const outcomes: readonly Outcome[] = ['fresh', 'cached', 'built', 'failed', 'skipped', 'cancelled'];
