// A folder for one test file, removed afterwards.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Path of a fresh folder below the system's folder for temporary files. */
export function useTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cos-archive-test-'));
  afterAll(() => {
    // Folders without write permission cannot be emptied by anybody but root.
    execFileSync('chmod', ['-R', 'u+rwX', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
