// A folder for one test file, removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Path of a fresh folder below the system's folder for temporary files. */
export function useTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cos-archive-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
