import { resolve } from 'node:path';
import type { ResolvedConfig, ResolvedPlugin } from '../config/resolved-config.ts';
import { CosError } from '../errors/cos-error.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import type { Pin, PinnedAnswer, PinQuestion } from '../model/pin.ts';
import { pinnedPath } from '../model/pinned-path.ts';
import { checkDetails } from './check-details.ts';
import { lockKey } from './lock.ts';
import type { OpenBench } from './look-up.ts';
import { readPin, refuseMissing, type PinRequest, type PinWithoutFiles, type UnansweredPin } from './read-pin.ts';
import { openPins } from './session.ts';

export interface AskLockOptions {
  readonly config: ResolvedConfig;
  /** Whose pins may be asked. */
  readonly plugin: ResolvedPlugin;
  readonly openBench: OpenBench;
  readonly signal: AbortSignal;
}

/** What cos.lock says, for a command, which plans nothing: answers are not looked up, and files of answers are brought. Throws everything that has no answer. */
export async function askLock(pin: Pin, questions: readonly PinQuestion[], { config, plugin, openBench, signal }: AskLockOptions): Promise<readonly PinnedAnswer[]> {
  // Without a question the lock is nobody's business, however broken it is.
  if (questions.length === 0) return [];
  const { definition } = plugin;
  const name = Object.entries<Pin>(definition.pins ?? {}).find(([, one]) => one === pin)?.[0];
  if (name === undefined) throw new Error(`Internal error: a command of the plugin "${definition.name}" asks a pin that the plugin does not have`);
  const opened = openPins({ config, openBench, emit: () => undefined, signal, keep: 'memory' });
  if (!opened.ok) throw new CosError(opened.failures);
  const session = opened.value;
  const problems: Diagnostic[] = [];
  // Several derivatives may ask the same.
  const unanswered = new Map<string, UnansweredPin>();
  const withoutFiles = new Map<string, PinWithoutFiles>();
  const answers = questions.flatMap((question): readonly PinnedAnswer[] => {
    const details = 'details' in question ? checkDetails(pin, question.details, `pin "${name}" of plugin "${definition.name}"`, undefined) : undefined;
    const request: PinRequest = { plugin: definition.name, pin: name, request: question.request, details, site: undefined };
    const key = JSON.stringify([lockKey(request), details ?? null]);
    const read = readPin(session.lock().get(lockKey(request)), pin, request);
    switch (read.kind) {
      case 'known': {
        const files = pin.files?.digestOf(read.answer);
        if (files !== undefined) withoutFiles.set(key, { ...request, why: 'files', answer: read.answer });
        return [{ answer: read.answer, folder: files === undefined ? undefined : resolve(config.workspace, pinnedPath(config.cacheFolder, files)) }];
      }
      case 'unknown':
        unanswered.set(key, { ...request, why: read.why });
        return [];
      case 'broken':
        problems.push(...read.problems);
        return [];
      default: {
        const never: never = read;
        return never;
      }
    }
  });
  problems.push(...refuseMissing([...unanswered.values()], 'this command looks nothing up'));
  if (problems.length === 0 && withoutFiles.size > 0) problems.push(...(await session.sync([...withoutFiles.values()])).problems);
  if (problems.length > 0) throw new CosError(problems);
  return answers;
}
