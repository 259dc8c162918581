import { Readable } from 'node:stream';
import type { Place } from '@cos/core';
import { failureOf, type FailDetails } from '../errors.ts';
import { awaitRemoval } from './await-removal.ts';
import type { BackendOptions } from './backend-options.ts';
import { BuildkitSteps } from './buildkit-steps.ts';
import { buildQuery, type Query } from './build-query.ts';
import { createChatterFilter } from './builder-chatter.ts';
import { EngineError, type EngineClient } from './client.ts';
import { handSecrets } from './hand-secrets.ts';
import { productOf } from './product.ts';
import { readProgress, type BuildEvent, type Progress } from './progress.ts';

// One build in the engine. When the connection ends (abort, crash), Docker stops the build and removes its container itself; Podman lets the running command
// come to its end, does nothing with what it made, and cannot be told to stop it.

/** An instruction of a Dockerfile, and how messages speak of it. */
export interface BuildStep {
  readonly text: string;
  /** First line in the Dockerfile, counted from 1. */
  readonly line: number;
  /** What it was made of, where it stands in no file that the user knows: `steps[1] of its recipe`. */
  readonly item?: string;
  /** The same as targets name it when they say where it was written: `steps[1]`. */
  readonly part?: string;
  /** Where the user wrote it. */
  readonly place?: Place;
}

export interface BuildRequest {
  /** How messages name what is built, for example `system/base-1.0`. */
  readonly subject: string;
  /** The instructions in the order in which the engine counts them. */
  readonly steps: readonly BuildStep[];
  /** Name of the Dockerfile inside the context. */
  readonly dockerfileName: string;
  /** The context as a tar stream. */
  readonly context: AsyncIterable<Uint8Array>;
  /** Name that the image gets. */
  readonly tag: string;
  readonly network: 'default' | 'host' | 'none';
  /** Predefined ones (proxies) influence neither the engine's cache nor the image. */
  readonly buildArgs: Readonly<Record<string, string>>;
  /** False: every instruction is done anew, whatever the engine remembers of it. Default: true. */
  readonly layerCache?: boolean;
  /** A name of the caches that steps mount, so that they are others than those of other builds; BuildKit alone has such. Default: those that all builds share. */
  readonly mountCaches?: string;
  /** Default: Docker's classic builder, and Podman's only one. `mounts`: one that knows mounts of steps, which is BuildKit, and Podman's only one. */
  readonly builder?: 'classic' | 'buildkit' | 'mounts';
  /** Secrets that steps mount, exact bytes by id; for builders that know mounts. Default: none. */
  readonly secrets?: ReadonlyMap<string, Uint8Array>;
  /** What the config asks for beside that. */
  readonly backend?: BackendOptions;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Builds and answers the image's id. Throws COS_DOCKER_STEP_FAILED, COS_DOCKER_DOCKERFILE_SYNTAX or COS_DOCKER_BUILD_FAILED. */
export async function buildImage(client: EngineClient, request: BuildRequest): Promise<string> {
  const { steps, signal } = request;
  const product = await productOf(client, signal);
  if (request.builder === 'buildkit' && product.name === 'podman') throw failureOf('COS_DOCKER_NO_BUILDKIT', 'Podman has no BuildKit: it builds with a builder of its own.');
  const isChatter = createChatterFilter(product);
  const buildkit = new BuildkitSteps(steps.map(({ text }) => text));
  const tail = new Tail(TAIL_LINES);
  let step: BuildStep | undefined;
  let image: string | undefined;
  let container: string | undefined;
  const handed = await handSecrets(client, request, product);
  try {
    for await (const event of withTraces(readProgress(await startBuild(client, handed.request, { ...buildQuery(request, product), ...handed.query })), buildkit)) {
      signal.throwIfAborted();
      switch (event.kind) {
        case 'step':
          step = stepOf(steps, event);
          tail.clear();
          request.onLine(`[${event.number}/${event.total}] ${event.text}`);
          break;
        case 'line':
          container = /^ ---> Running in ([0-9a-f]{12})$/.exec(event.text)?.[1] ?? container;
          if (isChatter(event.text)) break;
          tail.add(event.text);
          request.onLine(event.text);
          break;
        case 'image':
          image = event.id;
          break;
        case 'error':
          throw stepFailure(request, buildkit.failed === undefined ? step : steps[buildkit.failed - 1], event, tail.lines);
      }
    }
  } finally {
    handed.close();
    if (signal.aborted && container !== undefined) await awaitRemoval(client, container);
  }
  signal.throwIfAborted();
  // A connection that breaks off without an error message ends the stream, too.
  if (image === undefined) throw failureOf('COS_DOCKER_ENGINE_FAILED', `The engine broke off the build of ${request.subject} without a word.`, { output: tail.lines });
  return image;
}

/** The events in which BuildKit's reports are taken apart. */
async function* withTraces(events: AsyncIterable<Progress>, buildkit: BuildkitSteps): AsyncGenerator<BuildEvent> {
  for await (const event of events) {
    if (event.kind !== 'trace') yield event;
    else for (const inner of buildkit.read(event.base64)) yield inner;
  }
  yield* buildkit.end();
}

async function startBuild(client: EngineClient, request: BuildRequest, query: Query): Promise<AsyncIterable<Uint8Array>> {
  const { signal } = request;
  const body = Readable.from(request.context, { objectMode: false });
  try {
    return await client.stream({
      method: 'POST',
      path: '/build',
      query,
      body,
      signal,
    });
  } catch (error) {
    throw error instanceof EngineError ? refusal(request, error) : error;
  } finally {
    if (signal.aborted) body.destroy();
  }
}

/** Docker counts all instructions; Podman starts anew in each stage of a Dockerfile that has several. */
function stepOf(steps: readonly BuildStep[], { number, stage }: { readonly number: number; readonly stage: number | undefined }): BuildStep | undefined {
  if (stage === undefined) return steps[number - 1];
  const starts = steps.flatMap(({ text }, index) => (/^FROM\s/i.test(text) ? [index] : []));
  const start = starts[stage - 1];
  return start === undefined ? undefined : steps[start + number - 1];
}

/** Docker reads the whole Dockerfile before it starts; what it cannot read it refuses with a line number. */
function refusal(request: BuildRequest, error: EngineError): Error {
  const { message } = error.refusal;
  const line = /parse error.* line (\d+)/i.exec(message)?.[1];
  if (line === undefined) return failureOf('COS_DOCKER_BUILD_FAILED', `The engine refuses to build ${request.subject}: ${message}`, { cause: error });
  return syntaxFailure(request, request.steps.findLast((step) => step.line <= Number(line)), message, error);
}

function syntaxFailure(request: BuildRequest, culprit: BuildStep | undefined, message: string, cause?: Error): Error {
  return failureOf('COS_DOCKER_DOCKERFILE_SYNTAX', `${whereOf(request, culprit)} does not make a Dockerfile that the engine can read: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    ...sourceOf(culprit),
  });
}

function stepFailure(request: BuildRequest, step: BuildStep | undefined, { message, exitCode }: ErrorEvent, output: readonly string[]): Error {
  const where = whereOf(request, step);
  if (exitCode !== undefined && step !== undefined && /^RUN\s/i.test(step.text)) {
    return failureOf('COS_DOCKER_STEP_FAILED', `${where} failed with exit status ${exitCode}.`, { ...sourceOf(step), output });
  }
  const line = /parse error.* line (\d+)/i.exec(message)?.[1];
  if (line !== undefined) return syntaxFailure(request, request.steps.findLast((each) => each.line <= Number(line)), message);
  // Podman comes to the second line of a command that is not continued as if it were an instruction.
  const word = /Unknown instruction: "(\w+)"/.exec(message)?.[1];
  if (word !== undefined) return syntaxFailure(request, lineOwner(request.steps, word), `unknown instruction: ${word}`);
  if (/ requires (?:at least|exactly) \w+ arguments?\b/.test(message)) return syntaxFailure(request, step, message);
  return failureOf('COS_DOCKER_BUILD_FAILED', `${where} failed: ${message}`, { ...sourceOf(step), output });
}

type ErrorEvent = Extract<Progress, { readonly kind: 'error' }>;

/** The first instruction that has a line of this first word which no backslash precedes. */
function lineOwner(steps: readonly BuildStep[], word: string): BuildStep | undefined {
  return steps.find(({ text }) => {
    const lines = text.split('\n');
    return lines.some((line, index) => index > 0 && !(lines[index - 1] ?? '').trimEnd().endsWith('\\') && /^\s*(\S+)/.exec(line)?.[1]?.toUpperCase() === word);
  });
}

function whereOf({ subject, steps }: BuildRequest, step: BuildStep | undefined): string {
  if (step === undefined) return `The build of ${subject}`;
  return `Step ${steps.indexOf(step) + 1} of ${steps.length} of ${subject}${step.item === undefined ? '' : ` (${step.item})`}`;
}

/** The place shows the instruction; without one it is quoted. */
function sourceOf(step: BuildStep | undefined): Pick<FailDetails, 'notes' | 'place' | 'part'> {
  if (step === undefined) return {};
  const part = step.part === undefined ? {} : { part: step.part };
  return step.place === undefined ? { notes: [{ message: `The instruction is: ${step.text}` }], ...part } : { place: step.place };
}

const TAIL_LINES = 40;

/** The last lines of the running step. */
class Tail {
  readonly #size: number;
  #lines: string[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > this.#size) this.#lines.shift();
  }

  clear(): void {
    this.#lines = [];
  }

  get lines(): readonly string[] {
    return this.#lines;
  }
}
