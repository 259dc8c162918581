// `npm test`: the same set-up as `npm start`, then everything that must hold: types, lint, unit tests, end-to-end tests with real boots.
import { ensureEngine } from './engine.mjs';
import { ensureHost } from './host.mjs';
import { buildPackages, ensurePackages, mustRun, root } from './prepare.mjs';

ensureHost('test');
ensurePackages();
const engine = await ensureEngine(root);
process.on('exit', () => engine.stop());
buildPackages();
const steps = /** @type {const} */ ([
  ['types', 'nx', ['run-many', '-t', 'typecheck', '--output-style=static']],
  ['types of the example', 'tsc', ['--project', 'tsconfig.json']],
  ['lint', 'npm', ['run', '--silent', 'lint']],
  ['unit tests', 'vitest', ['run', '--project', '!@cos/e2e']],
  ['end-to-end tests', 'vitest', ['run', '--project', '@cos/e2e']],
]);
for (const [name, program, args] of steps) {
  console.log(`\n== ${name}`);
  mustRun(program, [...args]);
}
