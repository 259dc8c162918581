import { asCacheFailure, isDiskFull } from '../cache/storage-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import type { Redactor } from '../errors/redact.ts';
import type { PlannedTask } from '../model/plan.ts';
import { PluginError } from './plugin-error.ts';

/**
 * What to tell of an error that ended a task: the diagnostics of an expected failure; of a plugin's exception and of one of our own that it is a mistake,
 * and whose. Secrets are hidden here, where the text is made.
 */
export function taskFailures(thrown: unknown, task: PlannedTask, redactor: Redactor, folder: string): readonly [Diagnostic, ...Diagnostic[]] {
  const of = (diagnostic: Diagnostic): Diagnostic => redactor.redactDiagnostic({ ...placed(diagnostic, task), task: diagnostic.task ?? task.key });
  // A disk may be full below a plugin's code, too. Folders that are not writable are ours only outside of it.
  const error = thrown instanceof PluginError || isDiskFull(thrown) ? thrown : asCacheFailure(thrown, folder);
  const expected = diagnosticsOf(error);
  const [first, ...rest] = expected ?? [];
  if (first !== undefined) return [of(first), ...rest.map(of)];
  if (isDiskFull(error)) {
    return [of({ code: 'COS_TASK_DISK_FULL', severity: 'error', message: 'No space is left on the disk for what the task makes.', hint: 'Make space, or let the cache take less of it: `cache.maxBytes` in the config, `cos clean`.' })];
  }
  if (error instanceof PluginError && !messageOf(error.cause).startsWith('Internal error:')) {
    const declared = task.declaredAt === undefined ? [] : [{ message: `the task is declared at ${task.declaredAt}` }];
    return [
      of({
        code: 'COS_PLUGIN_THREW',
        severity: 'error',
        message: `Plugin error: ${error.who} threw ${JSON.stringify(messageOf(error.cause))}.`,
        notes: [...declared, ...firstFrame(error.cause)],
        hint: `This is a mistake in the plugin; the whole stack is in the task's log.`,
      }),
    ];
  }
  const bug = error instanceof PluginError ? error.cause : error;
  return [
    of({
      code: 'COS_TASK_INTERNAL',
      severity: 'error',
      message: `Internal error: ${messageOf(bug).replace(/^Internal error: /, '')}`,
      notes: firstFrame(bug),
      hint: 'This is a mistake in cos: please report it.',
    }),
  ];
}

/** With the place where the user wrote what it is about, if the target has said so. */
function placed(diagnostic: Diagnostic, { origins }: PlannedTask): Diagnostic {
  const origin = diagnostic.part !== undefined && Object.hasOwn(origins, diagnostic.part) ? origins[diagnostic.part] : undefined;
  if (origin === undefined || diagnostic.place !== undefined) return diagnostic;
  const notes = [...(origin.notes ?? []), ...(diagnostic.notes ?? [])];
  return { ...diagnostic, ...(origin.place === undefined ? {} : { place: origin.place }), ...(notes.length === 0 ? {} : { notes }) };
}

/** True for a mistake of cos itself. */
export function isInternal(diagnostic: Diagnostic): boolean {
  return diagnostic.code === 'COS_TASK_INTERNAL';
}

function firstFrame(error: unknown): readonly { readonly message: string }[] {
  const frame = error instanceof Error ? error.stack?.split('\n').find((line) => line.trimStart().startsWith('at ')) : undefined;
  return frame === undefined ? [] : [{ message: frame.trim() }];
}
