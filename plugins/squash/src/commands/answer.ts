import { CosError, type Diagnostic } from '@cos/core';

/** The exit code of a command whose 1 says something else than failure: what it cannot do is told, and is 2. */
export async function answer(tell: (problems: readonly Diagnostic[]) => void, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CosError)) throw error;
    tell(error.diagnostics);
    return 2;
  }
}
