/** The checksum of zlib: RFC 1950, section 8.2. */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let from = 0; from < bytes.length; from += RUN) {
    const end = Math.min(bytes.length, from + RUN);
    for (let at = from; at < end; at += 1) {
      a += bytes[at] ?? 0;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}

const MODULUS = 65_521;
/** So many bytes cannot make the sums inexact. */
const RUN = 5552;
