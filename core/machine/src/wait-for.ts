import { checkNumber } from './check-options.ts';
import type { ConsoleText } from './console-text.ts';
import { MachineError } from './machine-error.ts';
import type { MachineExit, WaitOptions } from './start-machine.ts';

const defaultTimeoutMs = 120_000;
const tailLines = 20;

export interface Wait {
  readonly console: ConsoleText;
  readonly exited: Promise<MachineExit>;
  readonly expected: string | RegExp;
  readonly waiting: WaitOptions;
  readonly machineSignal: AbortSignal | undefined;
  readonly errors: () => string;
}

/** The wait of a machine: the first of match, time limit, abort and end of the machine decides. */
export async function waitFor({ console, exited, expected, waiting, machineSignal, errors }: Wait): Promise<string> {
  waiting.signal?.throwIfAborted();
  const timeoutMs = checkNumber('timeoutMs', waiting.timeoutMs ?? defaultTimeoutMs, 1, 2 ** 31 - 1);
  const wanted = typeof expected === 'string' ? JSON.stringify(expected) : String(expected);
  const hit = console.waitFor(expected);
  const { promise: given, reject: giveUp } = Promise.withResolvers<never>();
  const cancel = (): void => giveUp(waiting.signal?.reason);
  waiting.signal?.addEventListener('abort', cancel, { once: true });
  const timer = setTimeout(() => {
    giveUp(
      new MachineError({
        code: 'COS_MACHINE_TIMEOUT',
        summary: `The machine did not show ${wanted} in time.`,
        expected: `${wanted} on the serial console within ${String(timeoutMs)} ms`,
        found: console.text === '' ? 'nothing at all on the console' : 'other text',
        hint: 'read the last lines; a slow host needs a longer timeout, a silent console the kernel argument console=ttyS0',
        consoleTail: console.tail(tailLines),
      }),
    );
  }, timeoutMs);
  const ended = exited.then((exit): never => {
    // A machine that its own signal has stopped did not fail: whoever aborted gets the reason back.
    machineSignal?.throwIfAborted();
    const cause = errors().trim();
    throw new MachineError({
      code: 'COS_MACHINE_EXITED',
      summary: `The machine ended before it showed ${wanted}.`,
      expected: `${wanted} on the serial console`,
      found: `QEMU ended with ${exit.signal ?? `code ${String(exit.code)}`}${cause === '' ? '' : ` and said: ${cause}`}`,
      hint: 'a guest that reboots, powers off or panics ends the machine: read the last lines',
      consoleTail: console.tail(tailLines),
    });
  });
  try {
    return await Promise.race([hit.matched, given, ended]);
  } finally {
    clearTimeout(timer);
    waiting.signal?.removeEventListener('abort', cancel);
    hit.cancel();
  }
}
