import type { Parameters } from '../model/parameter.ts';
import type { GivenFlags } from './arguments.ts';

// The flags of `cos run` for commands of plugins that answer a run: declared as parameters, because such commands are read by those.

export const runFlags = {
  dryRun: { type: 'flag', description: 'say what would run, and why; run nothing' },
  force: { type: 'flag', description: 'run every task, known or not' },
  keepGoing: { type: 'flag', description: 'after a failure, run all that does not need what failed' },
  failFast: { type: 'flag', description: 'after a failure, cancel what runs' },
  jobs: { type: 'text', description: 'tasks that run at once (default: number of processors)' },
  reporter: { type: 'text', description: 'terminal, plain or json (default: terminal, or plain in a pipe)' },
  verbose: { type: 'flag', description: 'print the output of every task' },
  frozen: { type: 'flag', description: 'fail when cos.lock lacks a pin instead of looking it up' },
  seed: { type: 'text', description: 'order in which ready tasks start, as the summary of a run names it' },
} as const satisfies Parameters;

/** Short forms, as `cos run` has them. */
export const shortRunFlags: Readonly<Record<string, keyof typeof runFlags>> = { n: 'dryRun', f: 'force', k: 'keepGoing', j: 'jobs', v: 'verbose' };

/** Takes the flags of a run out of what was read. */
export function splitRunFlags(given: Readonly<Record<string, unknown>>): { readonly flags: GivenFlags; readonly rest: Readonly<Record<string, unknown>> } {
  const entries = Object.entries(given);
  const isFlag = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(runFlags, name);
  return { flags: Object.fromEntries(entries.filter(isFlag)), rest: Object.fromEntries(entries.filter((entry) => !isFlag(entry))) };
}
