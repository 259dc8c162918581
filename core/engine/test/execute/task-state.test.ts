import { expect, test } from 'vitest';
import { nextState, type TaskEvent } from '../../src/execute/task-state.ts';
import { outcomes, type TaskState } from '../../src/model/outcome.ts';

const states: readonly TaskState[] = ['waiting', 'ready', ...outcomes];
const events: readonly TaskEvent[] = ['inputs-ready', 'found-fresh', 'restored', 'ran', 'failed', 'input-failed', 'cancel', 'reopen'];

test('these are all legal transitions; every other one is refused', () => {
  const legal: string[] = [];
  for (const state of states) {
    for (const event of events) {
      try {
        legal.push(`${state} --${event}--> ${nextState(state, event)}`);
      } catch (error) {
        expect(String(error)).toContain('Internal error');
      }
    }
  }
  expect(legal).toEqual([
    'waiting --inputs-ready--> ready',
    'waiting --input-failed--> skipped',
    'waiting --cancel--> cancelled',
    'waiting --reopen--> waiting',
    'ready --found-fresh--> fresh',
    'ready --restored--> cached',
    'ready --ran--> built',
    'ready --failed--> failed',
    'ready --cancel--> cancelled',
    'ready --reopen--> waiting',
    'fresh --reopen--> waiting',
    'cached --reopen--> waiting',
    'built --reopen--> waiting',
  ]);
});
