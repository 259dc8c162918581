// `npm test`: the same set-up as `npm start`, then everything that must hold: types, lint, unit tests, end-to-end tests with real boots.
import { ensureEngine } from './engine.mjs';
import { ensureHost } from './host.mjs';
import { buildPackages, ensurePackages, mustRun, mustRunTogether, root } from './prepare.mjs';

ensureHost('test');
ensurePackages();
const engine = await ensureEngine(root);
process.on('exit', () => engine.stop());
buildPackages();
const step = (name) => console.log(`\n== ${name}`);
step('types');
mustRun('nx', ['run-many', '-t', 'typecheck', '--output-style=static']);
step('types of the example');
mustRun('tsc', ['--project', 'tsconfig.json']);
step('lint');
mustRun('npm', ['run', '--silent', 'lint']);
step('unit tests');
// The tests of the plugin docker-build wait for container engines most of the time, and would be in each other's way; all others want the processor.
const engineTests = '@cos/plugin-docker-build';
await mustRunTogether(['vitest', 'run', '--project', '!@cos/e2e', '--project', `!${engineTests}`], ['vitest', 'run', '--project', engineTests]);
step('end-to-end tests');
mustRun('vitest', ['run', '--project', '@cos/e2e']);
