import { fieldsOf } from './json-answer.ts';

// The stream of JSON messages with which the engine reports on builds, imports and pulls. The HTTP status is already 200 when something fails: only an
// `error` message tells.

export type Progress =
  | BuildEvent
  /** A report of BuildKit, base64 of its own form. */
  | { readonly kind: 'trace'; readonly base64: string };

/** What happens in a build, whatever builder it is. */
export type BuildEvent =
  /** Of several stages, `stage` says which one `number` and `total` count in; undefined where they count everything. */
  | { readonly kind: 'step'; readonly number: number; readonly total: number; readonly stage: number | undefined; readonly text: string }
  /** A whole line of output, without its line end and without colours. */
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'error'; readonly message: string; readonly exitCode: number | undefined };

/** Splits the stream into events. Text after the last line end is a line too. A message that is not JSON is passed on as a line. */
export async function* readProgress(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Progress, void, undefined> {
  const output = new LineSplitter();
  for await (const message of splitMessages(stream)) yield* read(message, output);
  for (const line of output.end()) yield lineEvent(line);
}

function* read(message: string, output: LineSplitter): Generator<Progress> {
  const fields = parse(message);
  if (fields === undefined) {
    for (const line of output.add(`${message}\n`)) yield lineEvent(line);
    return;
  }
  const { stream, status, error, errorDetail, aux } = fields;
  if (fields['id'] === 'moby.buildkit.trace' && typeof aux === 'string') {
    yield { kind: 'trace', base64: aux };
    return;
  }
  if (typeof stream === 'string') for (const line of output.add(stream)) yield lineEvent(line);
  if (typeof status === 'string') {
    // An import answers with the id of the image as its last status.
    if (/^sha256:[0-9a-f]{64}$/.test(status)) yield { kind: 'image', id: status };
    else if (fields['progressDetail'] === undefined) for (const line of output.add(`${status}\n`)) yield lineEvent(line);
  }
  // The first is a build's, the second that of Podman's import.
  const id = fieldsOf(aux).get('ID') ?? fields['Id'];
  if (typeof id === 'string') yield { kind: 'image', id };
  if (typeof error === 'string') {
    for (const line of output.end()) yield lineEvent(line);
    yield { kind: 'error', message: error.trimEnd(), exitCode: exitCodeOf(error, errorDetail) };
  }
}

function lineEvent(line: string): Progress {
  const step = /^(?:\[(\d+)\/\d+\] STEP|STEP|Step) (\d+)\/(\d+) ?: (.*)$/.exec(line);
  if (step === null) return { kind: 'line', text: line };
  const [, stage, number = '', total = '', text = ''] = step;
  return { kind: 'step', number: Number(number), total: Number(total), stage: stage === undefined ? undefined : Number(stage), text };
}

/** Docker's classic builder states the exit status of a command as a number, Podman and BuildKit in their messages. */
function exitCodeOf(error: string, detail: unknown): number | undefined {
  const code = fieldsOf(detail).get('code');
  if (typeof code === 'number') return code;
  const status = /(?: while running runtime: exit status|: exit code:) (\d+)\s*$/.exec(error)?.[1];
  return status === undefined ? undefined : Number(status);
}

interface Message {
  readonly [field: string]: unknown;
  readonly stream?: unknown;
  readonly status?: unknown;
  readonly error?: unknown;
  readonly errorDetail?: unknown;
  readonly aux?: unknown;
}

function parse(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // Some proxies in front of an engine answer with plain text; it is shown as it is.
    return undefined;
  }
}

/** Messages are separated by line ends; a message may come in several chunks. */
export async function* splitMessages(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') yield part.trim();
    if (rest.length > MAX_MESSAGE) throw new Error(`Internal error: the engine sent a message of more than ${MAX_MESSAGE} characters`);
  }
  const last = (rest + decoder.decode()).trim();
  if (last !== '') yield last;
}

const MAX_MESSAGE = 16 * 1024 * 1024;

class LineSplitter {
  #rest = '';

  add(text: string): readonly string[] {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    return parts.map(plain);
  }

  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [plain(rest)];
  }
}

// oxlint-disable-next-line no-control-regex -- control sequences are what is looked for
const COLOURS = /\u001B\[[0-9;?]*[A-Za-z]/g;

/** A line without colours; of a line that overwrote itself, the last state. */
function plain(line: string): string {
  const clean = line.replace(COLOURS, '').replace(/\r+$/, '');
  return clean.slice(clean.lastIndexOf('\r') + 1).trimEnd();
}
