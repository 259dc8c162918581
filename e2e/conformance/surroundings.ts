// A clock that stands and randomness that repeats, for the functions of templates that want them.

export interface Surroundings {
  readonly now: Date;
  readonly random: (size: number) => Uint8Array;
}

export function surroundings(): Surroundings {
  let state = 1;
  const next = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  };
  return { now: new Date('2026-11-21T10:00:00Z'), random: (size) => Uint8Array.from({ length: size }, next) };
}
