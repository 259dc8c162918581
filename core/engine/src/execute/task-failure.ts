import { isDiskFull } from '../cache/storage-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import type { Redactor } from '../errors/redact.ts';
import type { PlannedTask } from '../model/plan.ts';

/**
 * What to tell of an error that ended a task: the diagnostics of an expected failure; of anything else that the stage's code has a mistake. Secrets are
 * hidden here, where the text is made.
 */
export function taskFailures(error: unknown, task: PlannedTask, redactor: Redactor): readonly [Diagnostic, ...Diagnostic[]] {
  const of = (diagnostic: Diagnostic): Diagnostic => redactor.redactDiagnostic({ ...diagnostic, task: diagnostic.task ?? task.key });
  const expected = diagnosticsOf(error);
  const [first, ...rest] = expected ?? [];
  if (first !== undefined) return [of(first), ...rest.map(of)];
  if (isDiskFull(error)) {
    return [of({ code: 'COS_TASK_DISK_FULL', severity: 'error', message: 'No space is left on the disk for what the task makes.', hint: 'Make space, or let the cache take less of it: `cache.maxBytes` in the config, `cos clean`.' })];
  }
  const internal = messageOf(error).startsWith('Internal error:');
  return [
    of({
      code: internal ? 'COS_TASK_INTERNAL' : 'COS_PLUGIN_THREW',
      severity: 'error',
      message: internal ? messageOf(error) : `Plugin error: stage \`${task.plugin}.${task.stage}\` threw ${JSON.stringify(messageOf(error))}.`,
      notes: [...(task.declaredAt === undefined ? [] : [{ message: `the task is declared at ${task.declaredAt}` }]), ...stackNotes(error)],
      hint: internal ? 'This is a mistake in cos: please report it.' : `This is a mistake in the plugin \`${task.plugin}\`; the whole stack is in the task's log.`,
    }),
  ];
}

/** True for a mistake of cos itself. */
export function isInternal(diagnostic: Diagnostic): boolean {
  return diagnostic.code === 'COS_TASK_INTERNAL';
}

function stackNotes(error: unknown): readonly { readonly message: string }[] {
  const frame = error instanceof Error ? error.stack?.split('\n').find((line) => line.trimStart().startsWith('at ')) : undefined;
  return frame === undefined ? [] : [{ message: frame.trim() }];
}
