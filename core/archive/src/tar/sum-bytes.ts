// The sum of a header's bytes, which every header has: four at a time, because it is a good part of what a small entry costs.

/** Answers a function for the sum of all bytes of a block, or of another 4 to 512 bytes that are a multiple of four. Whoever sums has one of their own. */
export function createByteSum(): (bytes: Uint8Array) => number {
  // Of the memory that was read last: the headers that follow lie in it, too.
  let last: DataView = new DataView(new ArrayBuffer(0));
  return (bytes) => {
    if (bytes.buffer !== last.buffer) last = new DataView(bytes.buffer);
    return sumWords(last, bytes.byteOffset, bytes.byteOffset + bytes.length);
  };
}

function sumWords(view: DataView, start: number, end: number): number {
  // Two sums of 16 bits each: of the bytes at even places, and of those at odd ones, which is 256 times 255 at most.
  let even = 0;
  let odd = 0;
  for (let at = start; at < end; at += 4) {
    const word = view.getUint32(at);
    even += word & 0x00ff00ff;
    odd += (word >>> 8) & 0x00ff00ff;
  }
  return (even & 0xffff) + (even >>> 16) + (odd & 0xffff) + (odd >>> 16);
}
