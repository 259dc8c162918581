import { createHash, sign, verify, type KeyObject } from 'node:crypto';
import { readSignature } from './file-signature.ts';

// What a signature of an image says, in the form of simple signing as cosign writes it: the digest of a manifest, and the name under which it is published.
// The signature is over these bytes.

export const payloadType = 'cosign container image signature';

export interface Payload {
  /** Digest of the signed manifest: `sha256:…`. */
  readonly digest: string;
  /** Repository under whose name it is signed, without tag: `registry.example/os/base`. */
  readonly identity: string;
  /** What else the signer says. */
  readonly optional?: Readonly<Record<string, unknown>>;
}

/** A payload with its signature, as a repository keeps them. */
export interface SignedPayload {
  readonly payload: Uint8Array;
  /** Base64 of ECDSA over SHA-256 in ASN.1 form. */
  readonly signature: string;
}

/** Same parts, same bytes: those that cosign writes, too. */
export function writePayload({ digest, identity, optional }: Payload): Uint8Array {
  const sorted = optional === undefined ? null : Object.fromEntries(Object.entries(optional).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Buffer.from(JSON.stringify({ critical: { identity: { 'docker-reference': identity }, image: { 'docker-manifest-digest': digest }, type: payloadType }, optional: sorted }));
}

/** Reads a payload; answers in words what is wrong where it is none. */
export function readPayload(bytes: Uint8Array): Payload | string {
  const text = new TextDecoder().decode(bytes);
  const content = parse(text);
  if (!isRecord(content)) return 'no JSON object';
  const { critical, optional } = content;
  if (!isRecord(critical)) return 'no "critical"';
  const { identity, image, type } = critical;
  if (type !== payloadType) return `the type ${JSON.stringify(type) ?? 'undefined'}`;
  const name = isRecord(identity) ? identity['docker-reference'] : undefined;
  const digest = isRecord(image) ? image['docker-manifest-digest'] : undefined;
  if (typeof digest !== 'string' || !/^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/.test(digest)) return `the digest ${JSON.stringify(digest) ?? 'undefined'}`;
  if (typeof name !== 'string') return `the identity ${JSON.stringify(name) ?? 'undefined'}`;
  return { digest, identity: name, ...(isRecord(optional) ? { optional } : {}) };
}

export function signPayload(payload: Uint8Array, key: KeyObject): SignedPayload {
  return { payload, signature: sign('sha256', payload, { key, dsaEncoding: 'der' }).toString('base64') };
}

/** True when the key's owner has signed these very bytes. */
export function isSignedBy({ payload, signature }: SignedPayload, key: KeyObject): boolean {
  const bytes = readSignature(signature);
  return bytes !== undefined && verify('sha256', payload, { key, dsaEncoding: 'der' }, bytes);
}

/** The digest of bytes, as manifests write it. */
export function sha256Of(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller tells that it is no JSON.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
