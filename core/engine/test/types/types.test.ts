import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const tsc = fileURLToPath(new URL('../../../../node_modules/typescript/bin/tsc', import.meta.url));

test('right programs compile with the types that authors expect, wrong ones do not compile', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder, '--noEmit']).catch((error: { stdout: string }) => error);
  expect(stdout).toBe('');
});
