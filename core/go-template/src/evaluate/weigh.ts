// How much there is to walk in a value. A list that holds the same list twice, and so on forty times over, is small to make and endless to
// print; so whatever is going to be walked is weighed first, each container once.
import { GoList, GoMap } from '../values/value.ts';
import { containerSize, visitSize } from './limits.ts';
import type { Meter } from './limits.ts';

/** Charges the meter with all parts of a value, at any depth. One that contains itself has no end, so it is always too much. Throws. */
export function weigh(value: unknown, meter: Meter): void {
  if (value instanceof GoList || value instanceof GoMap) meter.reserve(weightOf(value, new Map()));
}

function weightOf(container: GoList | GoMap, known: Map<GoList | GoMap, number>): number {
  const before = known.get(container);
  if (before !== undefined) return before;
  // Who meets it again before it is done has found a circle.
  known.set(container, Infinity);
  let weight = containerSize;
  const parts = container instanceof GoList ? container.items : container.values();
  for (const part of parts) weight += visitSize + (part instanceof GoList || part instanceof GoMap ? weightOf(part, known) : 0);
  known.set(container, weight);
  return weight;
}
