import type { Descriptor } from '@cos/registry';
import { openEnvelope, statementType, type OpenedEnvelope } from '../envelope/envelope.ts';
import type { TrustedKey } from '../keys/trusted-key.ts';
import { TrustError } from '../trust-error.ts';
import { attach, listAttached, readAttached, type Attached, type AttachedPlace } from './attached.ts';
import { bundleType, keyHint, readBundle, writeBundle } from './bundle.ts';
import { checkSubject, readStatement, type Statement } from './statement.ts';

// Signed statements that are attached to an image.

/** A statement about an image that a key which counts has signed. */
export interface SignedStatement extends Statement {
  /** The artifact that holds it: `host/path@sha256:…`. */
  readonly name: string;
  readonly key: TrustedKey;
}

export interface ImageStatements {
  readonly signed: readonly SignedStatement[];
  /** What others have signed, or signed in another way: nothing that it says counts. */
  readonly foreign: readonly Attached[];
}

export interface ImageStatementsRequest extends AttachedPlace {
  /** The repository of the image, by which messages name it. */
  readonly image: string;
  /** The repository that statements must name; default `image`. For copies in mirrors. */
  readonly identity?: string;
  readonly keys: readonly TrustedKey[];
}

/**
 * Reads the statements about an image. What names a key that counts must be signed by it, and be about this very image. Throws TrustError `invalid`, `identity`
 * or `signature-file`, which name the artifact, and RegistryError where nobody can tell.
 */
export async function readImageStatements(request: ImageStatementsRequest): Promise<ImageStatements> {
  const { keys, image, identity = image, digest } = request;
  const signed: SignedStatement[] = [];
  const foreign: Attached[] = [];
  for (const one of await listAttached(request, [bundleType])) {
    const opened = openOwn(await readAttached(request, one), keys, one.name);
    if (opened === undefined) {
      foreign.push(one);
      continue;
    }
    if (opened.payloadType !== statementType) throw new TrustError('signature-file', `${one.name} is signed, but holds no statement.`, { expected: statementType, found: opened.payloadType });
    const statement = readStatement(opened.payload, one.name);
    checkSubject(statement, { object: `${image}@${digest}`, digest, identity }, one.name);
    signed.push({ ...statement, name: one.name, key: opened.key });
  }
  return { signed, foreign };
}

export interface AttachStatementRequest extends AttachedPlace {
  /** The image. It may be pushed afterwards: its digest counts. */
  readonly subject: Descriptor;
  /** The text of a DSSE envelope. */
  readonly envelope: string;
  /** Whose signature it has. */
  readonly key: TrustedKey;
}

/**
 * Attaches a signed statement. False: the same statement by the same key is attached already. (Its signature may be another one: each is.) Throws TrustError
 * `invalid` where the key has not signed it, or where it is about another image.
 */
export async function attachStatement({ subject, envelope, key, ...place }: AttachStatementRequest): Promise<boolean> {
  const { repository, digest } = place;
  const { payload, payloadType } = openEnvelope(envelope, [key], `the statement about ${repository}@${digest}`);
  const statement = readStatement(payload, 'the envelope');
  if (!statement.subjects.some(({ sha256 }) => `sha256:${sha256}` === digest)) throw new TrustError('invalid', `A statement about something else cannot be attached to ${repository}@${digest}.`, { expected: digest, found: statement.subjects.map(({ sha256 }) => sha256 ?? 'no SHA-256').join(', ') });
  for (const one of await listAttached(place, [bundleType])) {
    const there = openOwn(await readAttached(place, one), [key], one.name);
    if (there?.payloadType === payloadType && Buffer.from(there.payload).equals(payload)) return false;
  }
  const bytes = writeBundle(envelope, key);
  await attach(place, subject, {
    type: bundleType,
    bytes,
    title: 'statement.sigstore.json',
    annotations: { 'dev.sigstore.bundle.content': 'dsse-envelope', 'dev.sigstore.bundle.predicateType': statement.predicateType },
  });
  return true;
}

/** What is in a bundle that one of the keys has signed; undefined: it is of somebody else. What names one of the keys, and is not signed by it, is refused. */
function openOwn(bytes: Uint8Array, keys: readonly TrustedKey[], name: string): OpenedEnvelope | undefined {
  const bundle = readBundle(Buffer.from(bytes).toString('utf8'), name);
  const own = keys.filter((key) => bundle?.hint === keyHint(key));
  return bundle === undefined || own.length === 0 ? undefined : openEnvelope(bundle.envelope, own, name);
}
