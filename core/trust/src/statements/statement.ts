import { isSameIdentity } from '../signature/check-signatures.ts';
import { TrustError } from '../trust-error.ts';

// What an in-toto statement says: of which objects, by digest, and what. The form of what it says is that of its predicate type. Format: in-toto Attestation
// Framework, Statement v1; v0.1, which older programs write, has the same fields.

export interface Statement {
  readonly subjects: readonly StatementSubject[];
  readonly predicateType: string;
  readonly predicate: unknown;
}

export interface StatementSubject {
  readonly name: string;
  /** 64 hexadecimal digits; undefined: it has other digests alone. */
  readonly sha256: string | undefined;
}

const TYPES: readonly unknown[] = ['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1'];

/** Throws TrustError `signature-file`. */
export function readStatement(payload: Uint8Array, where: string): Statement {
  const value = parse(payload);
  if (!isRecord(value) || !TYPES.includes(value['_type'])) throw refuse(where, 'another object');
  const { subject, predicateType, predicate } = value;
  if (!Array.isArray(subject) || subject.length === 0) throw refuse(where, 'no subject');
  if (typeof predicateType !== 'string') throw refuse(where, 'no type of what it says');
  return { subjects: subject.map((one) => readSubject(one, where)), predicateType, predicate };
}

export interface StatementRequest {
  /** How messages name the object: `registry.example/os/base@sha256:…`. */
  readonly object: string;
  /** What the statement must be about: `sha256:…`. */
  readonly digest: string;
  /** The name under which it must be: `registry.example/os/base`. */
  readonly identity: string;
}

/** Throws TrustError `invalid` where a statement is about another object, `identity` where it is about this one under another name. */
export function checkSubject({ subjects }: Statement, { object, digest, identity }: StatementRequest, where: string): void {
  const ofDigest = subjects.filter(({ sha256 }) => `sha256:${sha256}` === digest);
  if (ofDigest.length === 0) {
    const found = subjects.map(({ name, sha256 }) => `${JSON.stringify(name)} ${sha256 ?? 'without a SHA-256'}`).join(', ');
    throw new TrustError('invalid', `${where} is a statement about another object than ${object}.`, { expected: digest, found, hint: 'It was attached to an image that it says nothing of: do not use it.' });
  }
  if (ofDigest.some(({ name }) => isSameIdentity(name, identity))) return;
  throw new TrustError('identity', `${where} is a statement about ${object} under another name.`, { expected: identity, found: ofDigest.map(({ name }) => name).join(', '), hint: 'If it is a copy of that one on purpose, say so: identity in the policy, or --identity.' });
}

function readSubject(value: unknown, where: string): StatementSubject {
  const digest = isRecord(value) ? value['digest'] : undefined;
  if (!isRecord(value) || typeof value['name'] !== 'string' || !isRecord(digest)) throw refuse(where, 'a subject without name and digest');
  const sha256 = digest['sha256'];
  return { name: value['name'], sha256: typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined };
}

function refuse(where: string, found: string): TrustError {
  return new TrustError('signature-file', `${where} is signed, but holds no statement.`, { expected: 'an in-toto statement', found });
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    // Refused as any other text that is no statement.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
