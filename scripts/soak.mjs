// `npm run soak`: the long repetitions of tests that `npm test` runs in a small dose.
import { ensureEngine } from './engine.mjs';
import { ensureHost } from './host.mjs';
import { buildPackages, ensurePackages, environment, mustRun, root } from './prepare.mjs';

ensureHost('test');
ensurePackages();
const engine = await ensureEngine(root);
process.on('exit', () => engine.stop());
buildPackages();
mustRun('vitest', ['run', '--project', '@cos/e2e', 'crash'], { env: { ...environment, COS_SOAK_ROUNDS: process.env.COS_SOAK_ROUNDS ?? '50' } });
