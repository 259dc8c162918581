import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Tests of the command start the built program: it is built before the first test when a source is newer. Declarations of the last build stay. */
export default function setup(): void {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const built = statSync(join(root, 'dist/cli.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(...readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
  if (newest > built) execFileSync('tsup', ['--no-clean'], { cwd: root, stdio: 'pipe', env: { ...process.env, PATH: `${join(root, '../../node_modules/.bin')}:${process.env['PATH']}` } });
}
