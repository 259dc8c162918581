import { sign, verify, type KeyObject } from 'node:crypto';
import { decodeBase64 } from '../keys/pem.ts';
import type { TrustedKey } from '../keys/trusted-key.ts';
import { TrustError } from '../trust-error.ts';

// DSSE, "Dead Simple Signing Envelope" 1.0: JSON with the payload in base64, and signatures over the type and the payload together, so that bytes of one type
// cannot be taken for another. As `cosign attest` and SLSA tools write and read it; signatures are ECDSA over SHA-256 in ASN.1 form.

/** The type of in-toto statements. */
export const statementType = 'application/vnd.in-toto+json';

/** The text of an envelope: one line of JSON. */
export function sealEnvelope(payload: Uint8Array, payloadType: string, key: KeyObject): string {
  const signature = sign('sha256', encodeForSigning(payload, payloadType), { key, dsaEncoding: 'der' });
  return `${JSON.stringify({ payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ sig: signature.toString('base64') }] })}\n`;
}

export interface OpenedEnvelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  /** Who of the keys has signed it. */
  readonly key: TrustedKey;
}

/** What is in an envelope that one of the keys has signed. Throws TrustError `signature-file` for what is none, `unsigned`, `invalid`. */
export function openEnvelope(text: string, keys: readonly TrustedKey[], where: string): OpenedEnvelope {
  const { payload, payloadType, signatures } = readEnvelope(text, where);
  if (signatures.length === 0) throw new TrustError('unsigned', `${where} has no signature.`, { hint: 'Sign it, or get the signed one.' });
  const bytes = encodeForSigning(payload, payloadType);
  const key = keys.find((one) => signatures.some((signature) => verify('sha256', bytes, { key: one.key, dsaEncoding: 'der' }, signature)));
  if (key === undefined) throw new TrustError('invalid', `No signature of ${where} is by a key that is trusted.`, { hint: 'It was changed after it was signed, or signed by somebody else.' });
  return { payload, payloadType, key };
}

/** PAE, the pre-authentication encoding: lengths in decimal, of bytes. */
function encodeForSigning(payload: Uint8Array, payloadType: string): Uint8Array {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `), payload]);
}

export interface Envelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signatures: readonly Uint8Array[];
}

/** What is in an envelope, whoever has signed it. Throws TrustError `signature-file`. */
export function readEnvelope(text: string, where: string): Envelope {
  const refuse = (found: string, cause?: unknown): TrustError =>
    new TrustError('signature-file', `${where} is no DSSE envelope.`, { expected: 'JSON with "payload", "payloadType" and "signatures"', found, ...(cause === undefined ? {} : { cause }) });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse('no JSON', cause);
  }
  if (typeof value !== 'object' || value === null || !('payload' in value) || !('payloadType' in value) || !('signatures' in value)) throw refuse('another object');
  const payload = typeof value.payload === 'string' ? decodeBase64(value.payload) : undefined;
  if (payload === undefined) throw refuse('a payload that is no base64');
  if (typeof value.payloadType !== 'string' || !Array.isArray(value.signatures)) throw refuse('fields of other types');
  const signatures = value.signatures.map((item: unknown) => {
    const signature = typeof item === 'object' && item !== null && 'sig' in item && typeof item.sig === 'string' ? decodeBase64(item.sig) : undefined;
    if (signature === undefined) throw refuse('a signature that is no base64');
    return signature;
  });
  return { payload, payloadType: value.payloadType, signatures };
}
