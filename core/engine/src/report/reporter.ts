import type { Emit } from '../model/event.ts';

/** Tells a run to somebody. Reporters are functions of events: they know nothing of how a run is made. */
export interface Reporter {
  readonly emit: Emit;
  /** Called once after the last event; when it settles, everything is written. */
  close(): Promise<void>;
}

/** Where a reporter writes. */
export interface Output {
  write(text: string): void;
}

export interface ReporterOptions {
  readonly out: Output;
  /** Places and paths are shown relative to this folder. */
  readonly workspace: string;
  readonly color: boolean;
  /** True: the output of every task, not only of those that fail. */
  readonly verbose: boolean;
}
