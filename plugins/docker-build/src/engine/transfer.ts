import { EngineError, type EngineClient } from './client.ts';
import { referenceOf, type ImageName } from './images.ts';
import { splitMessages } from './progress.ts';

// Images on their way between the engine and registries. The engine moves the bytes: it knows which layers are where, compresses them once, and checks all
// that it pulls by digest. A transfer in which nothing happens for a while is given up.

export interface TransferOptions {
  /** For the registry: base64 of the credentials' JSON; undefined: none. */
  readonly registryAuth: string | undefined;
  /** Told what happens to which layer. */
  readonly onLine: (line: string) => void;
  /** Milliseconds without a sign of life; default 120000. */
  readonly idleMs?: number;
  readonly signal: AbortSignal;
}

/** A registry or the engine failed while an image was moved. Internal: whoever asks makes of it what a user understands. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
}

export interface PullByDigest extends TransferOptions {
  /** `registry.example/team/cache` */
  readonly repository: string;
  /** Of a manifest: `sha256:…`. */
  readonly digest: string;
  readonly platform: string;
}

/** Pulls exactly the image of a digest; the engine has it as `repository@digest` afterwards. Throws {@link TransferError}. */
export async function pullByDigest(client: EngineClient, { repository, digest, platform, ...options }: PullByDigest): Promise<void> {
  await transfer(client, { path: '/images/create', query: { fromImage: repository, tag: digest, platform } }, options);
}

/** Pushes the image that the engine has under a name, to the same name in its registry. Answers the digest of its manifest there. Throws {@link TransferError}. */
export async function pushTag(client: EngineClient, name: ImageName, options: TransferOptions): Promise<string> {
  const digest = await transfer(client, { path: `/images/${name.repository}/push`, query: { tag: name.tag } }, { ...options, registryAuth: options.registryAuth ?? NOBODY });
  if (digest === undefined) throw new TransferError(`the engine does not say what it pushed as ${referenceOf(name)}`);
  return digest;
}

/** Engines want the header in every push. */
const NOBODY = Buffer.from('{}').toString('base64');
const IDLE = 120_000;

async function transfer(client: EngineClient, request: { readonly path: string; readonly query: Readonly<Record<string, string>> }, { registryAuth, onLine, idleMs = IDLE, signal }: TransferOptions): Promise<string | undefined> {
  const idle = new AbortController();
  const giveUp = (): void => idle.abort(new TransferError(`nothing happened for ${idleMs / 1000} seconds`));
  let timer = setTimeout(giveUp, idleMs);
  const shown = new Map<string, string>();
  let digest: string | undefined;
  try {
    const stream = await client.stream({ method: 'POST', ...request, ...(registryAuth === undefined ? {} : { registryAuth }), signal: AbortSignal.any([signal, idle.signal]) });
    for await (const text of splitMessages(stream)) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, idleMs);
      const message = readMessage(text);
      if (message.error !== undefined) throw new TransferError(message.error);
      digest = message.digest ?? digest;
      // Many messages tell how far a layer is: only what happens next is a line.
      if (message.status !== undefined && shown.get(message.layer) !== message.status) {
        shown.set(message.layer, message.status);
        onLine(message.layer === '' ? message.status : `${message.layer}: ${message.status}`);
      }
    }
    return digest;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof EngineError ? new TransferError(error.refusal.message, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

interface Message {
  readonly status: string | undefined;
  /** Short id; empty for messages about the whole. */
  readonly layer: string;
  readonly digest: string | undefined;
  readonly error: string | undefined;
}

function readMessage(text: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Some proxies in front of an engine answer with plain text; it is shown as it is.
    return { status: text, layer: '', digest: undefined, error: undefined };
  }
  const fields = fieldsOf(value);
  const status = textOf(fields.get('status'));
  // Podman tells the digest only in the words with which both end a push.
  const found = textOf(fieldsOf(fields.get('aux')).get('Digest')) ?? /^\S+: digest: (\S+) size: /.exec(status ?? '')?.[1];
  return {
    status,
    layer: textOf(fields.get('id')) ?? '',
    digest: found !== undefined && /^sha256:[0-9a-f]{64}$/.test(found) ? found : undefined,
    error: textOf(fields.get('error')) ?? textOf(fieldsOf(fields.get('errorDetail')).get('message')),
  };
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
