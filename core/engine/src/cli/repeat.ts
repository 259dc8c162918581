import type { Event } from '../model/event.ts';
import type { TaskKey } from '../model/identity.ts';
import type { RepetitionRequest } from '../model/repetition.ts';
import { openRepetition, type OpenedRepetition } from '../execute/repeat-plan.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Settings } from './arguments.ts';
import { createReporter } from './create-reporter.ts';
import { executeOptions, preparePlan, refuseErrors, type PreparedConfig } from './prepare.ts';
import type { Terminal } from './terminal.ts';

/** The second build that a command asks for. Its progress goes to standard error; cos.lock is believed as it is. `load` loads the config with other settings. */
export async function repeat(request: RepetitionRequest, settings: Settings, terminal: Terminal, load: (settings: Settings) => Promise<PreparedConfig>): Promise<OpenedRepetition> {
  const [, task, output] = /^(.+):([^:]+)$/s.exec(request.artifact) ?? [];
  if (task === undefined || output === undefined) {
    throw new CosError({ code: 'COS_REQUEST_NOT_MADE', severity: 'error', message: `Expected an artifact as \`task:output\`; found ${JSON.stringify(request.artifact)}.`, hint: 'Sources are made by nobody.' });
  }
  const chosen: Settings = { ...settings, frozen: true, load: { ...settings.load, derivatives: [request.derivative], platforms: [request.platform] } };
  const prepared = await load(chosen);
  refuseErrors(prepared.diagnostics);
  const { workspace } = prepared.config;
  const reporter = await createReporter({ ...chosen, reporter: 'plain', color: settings.errorColor }, { ...terminal, out: { ...terminal.out, write: (text) => terminal.err.write(text) } }, workspace);
  const emit = (event: Event): void => reporter.emit(event);
  const { plan, bindings, warnings } = await preparePlan(prepared, [{ name: request.target, parameters: request.parameters ?? {} }], { settings: chosen, terminal, emit, effects: 'asked' });
  for (const diagnostic of warnings) emit({ type: 'diagnostic', diagnostic });
  // The plan is asked whether it has such a task.
  const artifact = { task: task as TaskKey, output };
  const opened = await openRepetition({ plan, bindings, options: executeOptions(prepared.config, chosen, terminal), artifact, known: request.known, emit });
  return {
    ...opened,
    close: async () => {
      await opened.close();
      await reporter.close();
    },
  };
}
