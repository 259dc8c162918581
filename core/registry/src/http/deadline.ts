/** A time limit for one attempt, beside the signal of the caller. */
export interface Deadline {
  /** Aborted by the caller, or when the time is up. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  /** Time counts from here on; a second call changes nothing. */
  readonly start: () => void;
  readonly stop: () => void;
}

export function createDeadline(signal: AbortSignal, ms: number): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    isOver: () => controller.signal.aborted,
    start: () => void (timer ??= setTimeout(() => controller.abort(), ms)),
    stop: () => clearTimeout(timer),
  };
}
