// `npm run soak`: the long repetitions of tests that `npm test` runs in a small dose.
import { ensureEngine } from './engine.mjs';
import { ensureHost } from './host.mjs';
import { buildPackages, ensurePackages, environment, mustRun, root } from './prepare.mjs';

ensureHost('test');
ensurePackages();
const engine = await ensureEngine(root);
process.on('exit', () => engine.stop());
buildPackages();
// A variable that is set already wins: COS_SOAK_ROUNDS=500 npm run soak
const doses = { env: { COS_SOAK_ROUNDS: '50', COS_TEST_KILLS: '50', FUZZ_RUNS: '100000', ...environment } };
for (const [project, file] of [
  ['@cos/e2e', 'crash'],
  ['@cos/core', 'execute/crash'],
  ['@cos/client', 'killed'],
  ['@cos/plugin-repo', 'publish/killed'],
  ['@cos/plugin-repo', 'publish/images'],
  ['@cos/go-template', 'fuzz'],
  ['@cos/go-template', 'round-trip'],
]) {
  mustRun('vitest', ['run', '--project', project, file, '--testTimeout', '7200000'], doses);
}
