// The hash below luet's structural hash: 64-bit FNV-1 (multiply, then xor; not FNV-1a). Source: the FNV reference by Fowler, Noll, Vo.
// All values are bigints below 2^64.

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const MASK = 0xffffffffffffffffn;

export function hashBytes(bytes: Uint8Array): bigint {
  let hash = OFFSET;
  for (const byte of bytes) hash = ((hash * PRIME) & MASK) ^ BigInt(byte);
  return hash;
}

export function hashText(text: string): bigint {
  return hashBytes(Buffer.from(text, 'utf8'));
}

/** Of a signed or unsigned 64-bit number, by its little-endian bytes. */
export function hashNumber(value: bigint): bigint {
  return hashBytes(littleEndian(value));
}

export function hashPair(a: bigint, b: bigint): bigint {
  const bytes = new Uint8Array(16);
  bytes.set(littleEndian(a), 0);
  bytes.set(littleEndian(b), 8);
  return hashBytes(bytes);
}

function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value & MASK, true);
  return bytes;
}
