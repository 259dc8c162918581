// sprig: encodings and checksums. Decoders give the error's text instead of failing.
import { loadCrypto } from '../node-crypto.ts';
import { fromBytes, toBytes } from '../values/bytes.ts';
import { decodeBase32, decodeBase64, encodeBase32 } from './base64.ts';
import { fn } from './define.ts';
import type { FunctionTable } from './define.ts';

export const encoding: FunctionTable = {
  b64enc: fn(['string'], (text) => toBytes(text).toString('base64')),
  b64dec: fn(['string'], (text) => textOrComplaint(decodeBase64(text), 'base64')),
  b32enc: fn(['string'], (text) => encodeBase32(toBytes(text))),
  b32dec: fn(['string'], (text) => textOrComplaint(decodeBase32(text), 'base32')),
  sha1sum: fn(['string'], (text) => hash('sha1', text)),
  sha256sum: fn(['string'], (text) => hash('sha256', text)),
  adler32sum: fn(['string'], (text) => String(adler32(toBytes(text)))),
};

function hash(algorithm: 'sha1' | 'sha256', text: string): string {
  return loadCrypto().hash(algorithm, toBytes(text), 'hex');
}

function textOrComplaint(decoded: Uint8Array | number, name: string): string {
  return typeof decoded === 'number' ? `illegal ${name} data at input byte ${decoded}` : fromBytes(decoded);
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
