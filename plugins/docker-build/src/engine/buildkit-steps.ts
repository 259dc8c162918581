import { decodeTrace, type Vertex } from './buildkit-trace.ts';
import type { BuildEvent } from './progress.ts';

/** Turns the messages of one build in BuildKit into the events that the other builders have. */
export class BuildkitSteps {
  readonly #texts: readonly string[];
  readonly #numbers = new Map<string, number>();
  /** Beginnings of lines, by vertex and stream. */
  readonly #rests = new Map<string, string>();
  #failed: number | undefined;

  /** The instructions of the Dockerfile. */
  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  /** Number of the instruction that failed, counted from 1; undefined when none is known to. */
  get failed(): number | undefined {
    return this.#failed;
  }

  *read(base64: string): Generator<BuildEvent> {
    const { vertices, logs } = decodeTrace(base64);
    for (const vertex of vertices) yield* this.#begin(vertex);
    for (const log of logs) {
      const key = `${log.vertex} ${log.stream}`;
      const lines = ((this.#rests.get(key) ?? '') + log.text).split('\n');
      this.#rests.set(key, lines.pop() ?? '');
      for (const line of lines) yield { kind: 'line', text: line.replace(/\r$/, '') };
    }
    for (const { digest, error } of vertices) {
      if (error === '') continue;
      yield* this.end(digest);
      this.#failed = this.#numbers.get(digest) ?? this.#failed;
    }
  }

  /** What is left of output that did not end its last line, of one vertex or of all. */
  *end(vertex?: string): Generator<BuildEvent> {
    for (const [key, rest] of this.#rests) {
      if (vertex !== undefined && !key.startsWith(`${vertex} `)) continue;
      this.#rests.delete(key);
      if (rest !== '') yield { kind: 'line', text: rest };
    }
  }

  *#begin({ digest, name, begun }: Vertex): Generator<BuildEvent> {
    if (!begun || this.#numbers.has(digest)) return;
    const number = this.#numberOf(name);
    if (number === undefined) return;
    this.#numbers.set(digest, number);
    yield { kind: 'step', number, total: this.#texts.length, stage: undefined, text: this.#texts[number - 1] ?? '' };
  }

  /** BuildKit counts in each stage, and only instructions that change files. */
  #numberOf(name: string): number | undefined {
    const [, stage, position] = /^\[(?:(\S+) +)?(\d+)\/\d+\] /.exec(name) ?? [];
    if (position === undefined) return undefined;
    const starts = this.#texts.flatMap((text, index) => (/^FROM\s/i.test(text) ? [index] : []));
    const wanted = stage === undefined ? starts.length - 1 : starts.findIndex((start, index) => nameOf(this.#texts[start] ?? '', index) === stage.toLowerCase());
    const start = starts[wanted];
    if (start === undefined) return undefined;
    const counted = this.#texts.flatMap((text, index) => (index >= start && index < (starts[wanted + 1] ?? Infinity) && /^(?:FROM|RUN|COPY|ADD|WORKDIR)\s/i.test(text) ? [index + 1] : []));
    return counted[Number(position) - 1];
  }
}

/** What BuildKit calls a stage. */
function nameOf(from: string, index: number): string {
  return /\sAS\s+(\S+)\s*$/i.exec(from)?.[1]?.toLowerCase() ?? `stage-${index}`;
}
