// `npm run bench`: benchmarks as ratios to floors of the same run.
import { buildPackages, ensurePackages, mustRun } from './prepare.mjs';

ensurePackages();
buildPackages();
mustRun('node', ['--conditions=source', 'bench/main.ts', ...process.argv.slice(2)]);
