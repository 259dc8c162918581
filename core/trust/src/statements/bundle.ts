import { createHash } from 'node:crypto';
import type { TrustedKey } from '../keys/trusted-key.ts';
import { TrustError } from '../trust-error.ts';

// A signed envelope together with what names its key: a bundle of sigstore, version 0.3, as JSON. It is what cosign, from 2.4, and others attach to images and
// look for. Format: sigstore's protobuf specifications, "Bundle".

export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** What a bundle holds that cos reads. */
export interface Bundle {
  /** The text of a DSSE envelope. */
  readonly envelope: string;
  /** Names the key: `keyHint` of it, where cosign or cos has made the bundle. Undefined: another way of proving who it is, such as a certificate. */
  readonly hint: string | undefined;
}

/** How a bundle names a key, in the way of cosign: base64 of the SHA-256 of its SubjectPublicKeyInfo. */
export function keyHint({ key }: Pick<TrustedKey, 'key'>): string {
  return createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64');
}

/** Same envelope and key, same bytes. */
export function writeBundle(envelope: string, key: Pick<TrustedKey, 'key'>): Uint8Array {
  return Buffer.from(JSON.stringify({ mediaType: bundleType, verificationMaterial: { publicKey: { hint: keyHint(key) } }, dsseEnvelope: parse(envelope, 'the envelope') }));
}

/** Undefined where it holds no envelope, but the signature of something else. Throws TrustError `signature-file` for what is no bundle. */
export function readBundle(text: string, where: string): Bundle | undefined {
  const value = parse(text, where);
  const material = field(value, 'verificationMaterial');
  const envelope = field(value, 'dsseEnvelope');
  if (material === undefined) throw new TrustError('signature-file', `${where} is no bundle of sigstore.`, { expected: 'JSON with "verificationMaterial"', found: 'another object' });
  if (envelope === undefined) return undefined;
  const hint = field(field(material, 'publicKey'), 'hint');
  return { envelope: JSON.stringify(envelope), hint: typeof hint === 'string' ? hint : undefined };
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TrustError('signature-file', `${where} is no bundle of sigstore.`, { expected: 'JSON', found: 'something else', cause });
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? new Map<string, unknown>(Object.entries(value)).get(name) : undefined;
}
