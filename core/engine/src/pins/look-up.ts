import type { ResolvedConfig } from '../config/resolved-config.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { diagnosticsOf, messageOf } from '../errors/expected.ts';
import { at } from '../errors/place.ts';
import type { Json } from '../model/json.ts';
import type { Pin, PinContext } from '../model/pin.ts';
import { toPlain } from '../model/plain.ts';
import { lockKey, type Lock } from './lock.ts';
import { previousAnswer, readPin, contentOf, type MissingPin, type PinWithoutFiles } from './read-pin.ts';

/** What a look-up may use of this machine. */
export interface PinBench extends Pick<PinContext<unknown, unknown, unknown>, 'exec' | 'scratch' | 'source' | 'keep'> {
  /** True when files of that digest are kept here, and are still what it says. */
  readonly hasFiles: (digest: string) => Promise<boolean>;
  /** Variables of the environment that the plugin declares as `hostEnv`. */
  readonly env: Readonly<Record<string, string>>;
}

/** Gives look-ups tools and scratch, and puts everything away when the work has ended. */
export type OpenBench = <T>(work: (benchOf: (plugin: string, pin: string) => Promise<PinBench>) => Promise<T>) => Promise<T>;

export interface LookUpOptions {
  readonly config: ResolvedConfig;
  /** What was known before, for pins that keep an answer that means the same. */
  readonly before: Lock;
  readonly openBench: OpenBench;
  readonly onStart: (request: MissingPin) => void;
  /** Told what does not keep an answer from being used. */
  readonly onWarning: (warning: Diagnostic) => void;
  readonly signal: AbortSignal;
}

export interface LookedUp {
  readonly request: MissingPin;
  /** Content of the entry for cos.lock; undefined after a problem. */
  readonly content: Json | undefined;
  /** Digest of the files that the answer stands for and that are here; undefined when it stands for none, and after a problem. */
  readonly files?: string | undefined;
  readonly problems: readonly Diagnostic[];
}

/** As many at once: most of the time is spent waiting for servers. */
const atOnce = 4;

/** Looks requests up, which may use the network. Answers in the order of the requests. */
export async function lookUpPins(missing: readonly MissingPin[], options: LookUpOptions): Promise<readonly LookedUp[]> {
  const answers: LookedUp[] = [];
  await options.openBench(async (benchOf) => {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < missing.length; index = next++) {
        const request = missing[index];
        if (request === undefined) return;
        options.signal.throwIfAborted();
        options.onStart(request);
        answers[index] = await lookUp(request, options, benchOf);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  });
  return answers;
}

async function lookUp(request: MissingPin, { config, before, onWarning, signal }: LookUpOptions, benchOf: (plugin: string, pin: string) => Promise<PinBench>): Promise<LookedUp> {
  const { plugin, pin, site, details } = request;
  const configured = config.plugins.get(plugin);
  const definition = new Map(Object.entries<Pin>(configured?.definition.pins ?? {})).get(pin);
  // The problem with the plugin's options is reported already.
  if (configured === undefined || definition === undefined || configured.broken) return { request, content: undefined, problems: [] };
  const failed = (message: string): LookedUp => ({ request, content: undefined, problems: [{ code: 'COS_PLAN_PIN_FAILED', severity: 'error', message, ...at(site) }] });
  // A tool that the host lacks ends everything, as it does before a run.
  const bench = await benchOf(plugin, pin);
  try {
    const warn: PinContext<unknown, unknown, unknown>['warn'] = (problem) => onWarning({ ...problem, severity: 'warning', ...(problem.place === undefined ? at(site) : {}) });
    const context = { ...bench, plugin: configured.options, details, warn, signal };
    if (request.why === 'files') return await bringFiles(request, definition, { before, context });
    const previous = previousAnswer(before.get(lockKey(request)), definition, request);
    const answer = toPlain(await definition.resolve(request.request, { ...context, previous }));
    if (!answer.ok) return failed(`Plugin error: pin "${pin}" of plugin "${plugin}" answered ${answer.found} for "${request.request}".`);
    const content = contentOf(answer.value, details);
    const read = readPin({ plugin, pin, request: request.request, content }, definition, request);
    const files = read.kind === 'known' ? definition.files?.digestOf(read.answer) : undefined;
    if (files !== undefined && !(await bench.hasFiles(files))) return failed(`Plugin error: pin "${pin}" of plugin "${plugin}" kept no files of the digest ${files}, which it answered for "${request.request}".`);
    if (read.kind === 'known') return { request, content, files, problems: [] };
    return failed(`Plugin error: pin "${pin}" of plugin "${plugin}" answered something for "${request.request}" that is not of the form that it declares.`);
  } catch (error) {
    signal.throwIfAborted();
    const expected = diagnosticsOf(error);
    return expected === undefined ? failed(`Looking up "${request.request}" (pin "${pin}" of plugin "${plugin}") failed: ${messageOf(error)}`) : { request, content: undefined, problems: expected.map((one) => (one.place === undefined ? { ...one, ...at(site) } : one)) };
  }
}

/** Files are believed for one command: before it reads them they are compared with the digest, and brought when they are not here or were changed. */
async function bringFiles(request: PinWithoutFiles, definition: Pin, { before, context }: { readonly before: Lock; readonly context: PinBench & Omit<PinContext<unknown, unknown, unknown>, keyof PinBench | 'env' | 'previous'> }): Promise<LookedUp> {
  const { files } = definition;
  if (files === undefined) throw new Error(`Internal error: the pin "${request.pin}" stands for no files`);
  const digest = files.digestOf(request.answer);
  const content = before.get(lockKey(request))?.content;
  if (!(await context.hasFiles(digest))) {
    await files.bring(request.request, request.answer, { ...context, previous: request.answer });
    if (!(await context.hasFiles(digest))) throw new Error(`the plugin brought other files than those of the digest ${digest}`);
  }
  return { request, content, files: digest, problems: [] };
}
