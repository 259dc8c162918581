// What every benchmark shares: medians, and figures as ratios to a floor that is measured in the same run. Absolute times move with the machine.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'µs' | 'MB' | 'MB/s';
  /** The same work by the least that could do it. */
  readonly floor: number;
  /** How many times worse than the floor. */
  readonly ratio: number;
  /** What the ratio should be below; undefined where nothing was set. */
  readonly aim?: number;
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

/** Shortest durations in milliseconds of work and of its floor, which take turns: what else the machine does then weighs on both, or on neither. */
export async function shortestOf(rounds: number, works: { readonly value: () => Promise<void> | void; readonly floor: () => Promise<void> | void }): Promise<{ readonly value: number; readonly floor: number }> {
  const shortest = { value: Infinity, floor: Infinity };
  for (let round = 0; round < rounds; round += 1) {
    for (const which of ['floor', 'value'] as const) {
      const start = performance.now();
      await works[which]();
      shortest[which] = Math.min(shortest[which], performance.now() - start);
    }
  }
  return shortest;
}

export function duration(name: string, value: number, floor: number, aim?: number): Figure {
  return { name, value, unit: 'ms', floor, ratio: value / floor, ...(aim === undefined ? {} : { aim }) };
}
