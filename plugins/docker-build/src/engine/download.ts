import { connect, type Socket } from 'node:net';
import { ChunkedBody } from './chunked-body.ts';

// Large answers of an engine on this host, without the library's way through several buffers: one piece of memory is filled again and again. What it costs
// otherwise is as much as everything else that is done with the bytes.

export interface DownloadRequest {
  /** Path of the engine's socket. */
  readonly socket: string;
  /** Path of the request, encoded. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** An answer with another status than 200: its status and its body's first bytes. */
export class DownloadRefused extends Error {
  override readonly name = 'DownloadRefused';
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(`the answer has the status ${status}`);
    this.status = status;
    this.body = body;
  }
}

const PIECE = 512 * 1024;
const MAX_HEAD = 64 * 1024;

/** The body of an answer. Each piece is valid until the next is asked for. Throws {@link DownloadRefused}, and errors of the connection. */
export async function* download({ socket: path, path: target, signal }: DownloadRequest): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  const memory = Buffer.allocUnsafeSlow(PIECE);
  const arrivals = new Arrivals();
  const socket = connect({ path, onread: { buffer: memory, callback: (size) => arrivals.add(size) } });
  arrivals.watch(socket);
  const abort = (): void => void socket.destroy(new Error('aborted'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    socket.write(`GET ${target} HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n`);
    const { head, rest } = await readHead(arrivals, memory);
    const body = bodyOf(head, arrivals, memory, rest);
    if (head.status !== 200) throw new DownloadRefused(head.status, await firstBytes(body));
    yield* body;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

/** What came over the socket and was not looked at. The socket waits in between. */
class Arrivals {
  #socket: Socket | undefined;
  #size = 0;
  /** Whether what came is still looked at: nothing may come then. */
  #isHeld = false;
  #end: { readonly error: Error | undefined } | undefined;
  #wake = Promise.withResolvers<void>();

  watch(socket: Socket): void {
    this.#socket = socket;
    const end = (error?: Error): void => {
      this.#end ??= { error };
      this.#wake.resolve();
    };
    socket.on('error', end);
    socket.on('end', () => end());
    socket.on('close', () => end());
  }

  /** Answers false, which stops the socket; alone it would not stop what a stream does by itself to go on. */
  add(size: number): boolean {
    if (this.#isHeld) this.#socket?.destroy(new Error('Internal error: the socket did not wait'));
    this.#isHeld = true;
    this.#size = size;
    this.#socket?.pause();
    this.#wake.resolve();
    return false;
  }

  /** Bytes at the start of the memory; 0 at the end. */
  async next(): Promise<number> {
    if (this.#size === 0) {
      this.#isHeld = false;
      this.#socket?.resume();
    }
    await this.#wake.promise;
    const size = this.#size;
    if (size > 0) {
      this.#size = 0;
      this.#wake = Promise.withResolvers();
      if (this.#end !== undefined) this.#wake.resolve();
      return size;
    }
    if (this.#end?.error !== undefined) throw this.#end.error;
    return 0;
  }
}

interface Head {
  readonly status: number;
  readonly isChunked: boolean;
  /** Undefined: to the end of the connection. */
  readonly length: number | undefined;
}

/** `rest`: bytes of the body that came with the head, at the start of the memory. */
async function readHead(arrivals: Arrivals, memory: Buffer): Promise<{ readonly head: Head; readonly rest: number }> {
  let text = Buffer.alloc(0);
  for (;;) {
    const size = await arrivals.next();
    if (size === 0) throw new Error('the connection ended before the answer');
    text = Buffer.concat([text, memory.subarray(0, size)]);
    const end = text.indexOf('\r\n\r\n');
    if (end >= 0) {
      const rest = text.subarray(end + 4);
      rest.copy(memory);
      return { head: parseHead(text.toString('latin1', 0, end)), rest: rest.length };
    }
    if (text.length > MAX_HEAD) throw new Error('the head of the answer has no end');
  }
}

function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1];
  if (status === undefined) throw new Error(`this is no answer of HTTP: ${JSON.stringify(first.slice(0, 100))}`);
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const length = headers.get('content-length');
  return { status: Number(status), isChunked: /\bchunked$/i.test(headers.get('transfer-encoding') ?? ''), length: length === undefined ? undefined : Number(length) };
}

async function* bodyOf(head: Head, arrivals: Arrivals, memory: Buffer, rest: number): AsyncGenerator<Uint8Array, void, undefined> {
  const chunked = head.isChunked ? new ChunkedBody() : undefined;
  let missing = head.length ?? Number.POSITIVE_INFINITY;
  for (let size = rest; chunked === undefined ? missing > 0 : !chunked.isDone; size = 0) {
    if (size === 0) size = await arrivals.next();
    if (size === 0) {
      if (chunked === undefined && missing === Number.POSITIVE_INFINITY) return;
      throw new Error('the connection ended within the answer');
    }
    const piece = memory.subarray(0, size);
    const kept = chunked === undefined ? Math.min(size, missing) : chunked.decode(piece);
    missing -= kept;
    if (kept > 0) yield piece.subarray(0, kept);
  }
}

async function firstBytes(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of body) {
    text += Buffer.from(piece).toString('utf8');
    if (text.length > MAX_HEAD) break;
  }
  return text;
}
