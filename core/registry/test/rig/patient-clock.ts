import type { Clock } from '../../src/index.ts';

/** A clock whose waits end at once and are remembered; time goes on by them only. */
export function patientClock({ start = Date.UTC(2024, 0, 1), random = 0 }: { readonly start?: number; readonly random?: number } = {}): Clock & { readonly waits: number[]; pass: (ms: number) => void } {
  let now = start;
  const waits: number[] = [];
  return {
    waits,
    pass: (ms) => void (now += ms),
    now: () => now,
    wait: async (ms, signal) => {
      signal.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
    random: () => random,
  };
}
