// What every benchmark shares: medians, and figures as ratios to a floor that is measured in the same run. Absolute times move with the machine.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'µs' | 'MB' | 'MB/s';
  /** The same work by the least that could do it. */
  readonly floor: number;
  /** How many times worse than the floor. */
  readonly ratio: number;
}

/** Median duration in milliseconds. The first call warms up and does not count. */
export async function medianOf(rounds: number, work: () => Promise<void> | void): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}

export function duration(name: string, value: number, floor: number): Figure {
  return { name, value, unit: 'ms', floor, ratio: value / floor };
}
