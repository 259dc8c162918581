/**
 * What can go wrong with a machine for a reason outside of this library.
 *
 * - `COS_TOOL_MISSING`: QEMU or the UEFI firmware is not installed, or `/dev/kvm` cannot be used.
 * - `COS_MACHINE_OPTION`: an option has a value that no machine can have.
 * - `COS_MACHINE_MEDIUM`: the medium is not a readable file.
 * - `COS_MACHINE_LOG`: the log file cannot be written.
 * - `COS_MACHINE_EXITED`: the machine ended before the awaited text appeared.
 * - `COS_MACHINE_TIMEOUT`: the awaited text did not appear in time.
 */
export type MachineErrorCode =
  | 'COS_TOOL_MISSING'
  | 'COS_MACHINE_OPTION'
  | 'COS_MACHINE_MEDIUM'
  | 'COS_MACHINE_LOG'
  | 'COS_MACHINE_EXITED'
  | 'COS_MACHINE_TIMEOUT';

/** The parts of a {@link MachineError}; its message is made of them. */
export interface MachineProblem {
  readonly code: MachineErrorCode;
  /** One sentence that says what is wrong. */
  readonly summary: string;
  readonly expected: string;
  readonly found: string;
  /** What to do about it. */
  readonly hint: string;
  /** The last lines of the console, oldest first; left out for problems before the start. */
  readonly consoleTail?: readonly string[];
  readonly cause?: unknown;
}

/** An expected problem with a machine: compare `code`, never the text of the message. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
  readonly code: MachineErrorCode;
  readonly expected: string;
  readonly found: string;
  readonly hint: string;
  readonly consoleTail: readonly string[];

  constructor(problem: MachineProblem) {
    super(describe(problem), problem.cause === undefined ? undefined : { cause: problem.cause });
    this.code = problem.code;
    this.expected = problem.expected;
    this.found = problem.found;
    this.hint = problem.hint;
    this.consoleTail = problem.consoleTail ?? [];
  }
}

function describe(problem: MachineProblem): string {
  const lines = [
    `${problem.code}: ${problem.summary}`,
    `  expected: ${problem.expected}`,
    `  found: ${problem.found}`,
    `  hint: ${problem.hint}`,
  ];
  if (problem.consoleTail !== undefined && problem.consoleTail.length > 0) {
    lines.push('  last lines of the console:', ...problem.consoleTail.map((line) => `  | ${line}`));
  }
  return lines.join('\n');
}
