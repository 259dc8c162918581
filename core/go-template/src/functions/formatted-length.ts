/** Characters that the widths and precisions of a format can add: a small text may ask for megabytes of padding. */
export function formattedLength(format: string): number {
  let total = format.length;
  for (const [number] of format.matchAll(/\d+/g)) total += Math.min(Number(number), 1_000_000);
  for (const _ of format.matchAll(/\*/g)) total += 1_000_000 / 16;
  return total;
}
