import { request, type IncomingMessage } from 'node:http';

// Small questions to an engine on this host, without the library: it brings everything that it may need for other connections (SSH, gRPC), which takes longer
// to load than the engine to answer, and stays in memory.

export interface SocketQuestion {
  /** Path of the engine's socket. */
  readonly socket: string;
  readonly method: string;
  /** Path of the request with its query, encoded. */
  readonly path: string;
  /** Sent as JSON; undefined: no body. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  readonly signal: AbortSignal;
}

/** An answer with a status that is no success, and the engine's own sentence. */
export class QuestionRefused extends Error {
  override readonly name = 'QuestionRefused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The JSON of the answer; its text where it is none. Throws {@link QuestionRefused}, and errors of the connection. */
export async function askOnSocket({ socket, method, path, json, signal }: SocketQuestion): Promise<unknown> {
  const body = json === undefined ? undefined : JSON.stringify(json);
  const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath: socket, method, path, headers, signal }, resolve).on('error', reject).end(body);
  });
  const answer = parse(await textOf(response, signal));
  const status = response.statusCode ?? 0;
  if (!SUCCESS.has(status)) throw new QuestionRefused(status, sentenceOf(answer));
  return answer;
}

const SUCCESS: ReadonlySet<number> = new Set([200, 201, 204, 304]);

async function textOf(response: IncomingMessage, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  const abort = (): void => void response.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function sentenceOf(answer: unknown): string {
  if (typeof answer === 'string') return answer.trim();
  const fields = new Map<string, unknown>(typeof answer === 'object' && answer !== null ? Object.entries(answer) : []);
  const sentence = fields.get('message') ?? fields.get('error');
  return (typeof sentence === 'string' ? sentence : JSON.stringify(answer)).trim();
}
