import { Readable } from 'node:stream';
import type { Dockerfile, Instruction } from '../dockerfile.ts';
import { failureOf } from '../errors.ts';
import { awaitRemoval } from './await-removal.ts';
import { EngineError, type EngineClient } from './client.ts';
import { readProgress } from './progress.ts';

// One build in the engine's classic builder. When the connection ends (abort, crash), the engine stops the build and removes its container itself.

export interface BuildRequest {
  /** How messages name what is built, for example `system/base-1.0`. */
  readonly subject: string;
  readonly dockerfile: Dockerfile;
  /** Name of the Dockerfile inside the context. */
  readonly dockerfileName: string;
  /** The context as a tar stream. */
  readonly context: AsyncIterable<Uint8Array>;
  /** Name that the image gets. */
  readonly tag: string;
  readonly network: 'default' | 'host' | 'none';
  /** Predefined ones (proxies) influence neither the engine's cache nor the image. */
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Builds and answers the image's id. Throws COS_DOCKER_STEP_FAILED, COS_DOCKER_DOCKERFILE_SYNTAX or COS_DOCKER_BUILD_FAILED. */
export async function buildImage(client: EngineClient, request: BuildRequest): Promise<string> {
  const { dockerfile, signal } = request;
  const tail = new Tail(TAIL_LINES);
  let instruction: Instruction | undefined;
  let image: string | undefined;
  let container: string | undefined;
  try {
    for await (const event of readProgress(await startBuild(client, request))) {
      signal.throwIfAborted();
      switch (event.kind) {
        case 'step':
          instruction = dockerfile.instructions[event.number - 1];
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
          throw stepFailure(request, instruction, event.message, event.exitCode, tail.lines);
      }
    }
  } finally {
    if (signal.aborted && container !== undefined) await awaitRemoval(client, container);
  }
  signal.throwIfAborted();
  // A connection that breaks off without an error message ends the stream, too.
  if (image === undefined) throw failureOf('COS_DOCKER_ENGINE_FAILED', `The engine broke off the build of ${request.subject} without a word.`, { output: tail.lines });
  return image;
}

async function startBuild(client: EngineClient, request: BuildRequest): Promise<AsyncIterable<Uint8Array>> {
  const { signal } = request;
  const body = Readable.from(request.context, { objectMode: false });
  try {
    return await client.stream({
      method: 'POST',
      path: '/build',
      query: {
        dockerfile: request.dockerfileName,
        t: request.tag,
        networkmode: request.network,
        buildargs: JSON.stringify(request.buildArgs),
        rm: '1',
        forcerm: '1',
      },
      body,
      signal,
    });
  } catch (error) {
    throw error instanceof EngineError ? refusal(request, error) : error;
  } finally {
    if (signal.aborted) body.destroy();
  }
}

/** The engine reads the whole Dockerfile before it starts; what it cannot read it refuses with a line number. */
function refusal(request: BuildRequest, error: EngineError): Error {
  const line = /parse error.* line (\d+)/i.exec(error.refusal.message)?.[1];
  if (line === undefined) return failureOf('COS_DOCKER_BUILD_FAILED', `The engine refuses to build ${request.subject}: ${error.refusal.message}`, { cause: error });
  const culprit = request.dockerfile.instructions.findLast((instruction) => instruction.line <= Number(line));
  return failureOf('COS_DOCKER_DOCKERFILE_SYNTAX', `${whereOf(request, culprit)} does not make a Dockerfile that the engine can read: ${error.refusal.message}`, {
    cause: error,
    ...sourceOf(culprit),
  });
}

function stepFailure(request: BuildRequest, instruction: Instruction | undefined, message: string, exitCode: number | undefined, output: readonly string[]): Error {
  const where = whereOf(request, instruction);
  if (exitCode !== undefined && instruction?.text.startsWith('RUN ') === true) {
    return failureOf('COS_DOCKER_STEP_FAILED', `${where} failed with exit status ${exitCode}.`, { ...sourceOf(instruction), output });
  }
  return failureOf('COS_DOCKER_BUILD_FAILED', `${where} failed: ${message}`, { ...sourceOf(instruction), output });
}

function whereOf({ subject, dockerfile }: BuildRequest, instruction: Instruction | undefined): string {
  if (instruction === undefined) return `The build of ${subject}`;
  const number = dockerfile.instructions.indexOf(instruction) + 1;
  const { origin } = instruction;
  const item = origin === undefined ? '' : ` (${origin.list}[${origin.index}] of its recipe)`;
  return `Step ${number} of ${dockerfile.instructions.length} of ${subject}${item}`;
}

function sourceOf(instruction: Instruction | undefined): { readonly notes?: readonly { readonly message: string }[] } {
  return instruction === undefined ? {} : { notes: [{ message: `The instruction is: ${instruction.text}` }] };
}

/** Lines about the builder's own bookkeeping, which say nothing to who wrote the recipe. */
function isChatter(line: string): boolean {
  return line === '' || /^ ---> (?:[0-9a-f]{12}|Running in [0-9a-f]{12}|Using cache)$/.test(line) || /^(?:Removing intermediate container|Successfully (?:built|tagged)) /.test(line);
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
