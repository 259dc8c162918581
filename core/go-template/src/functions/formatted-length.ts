/**
 * Length of a format or a pattern with the numbers in it written out: a small text may ask for megabytes of padding, or for a thousand
 * repetitions. A `*` takes its number from an argument.
 */
export function formattedLength(format: string): number {
  let total = format.length;
  for (const [number] of format.matchAll(/\d+|\*/g)) total += number === '*' ? 1_000 : Math.min(Number(number), 1_000_000);
  return total;
}
