// `npm run conformance`: recorded vectors against the sources, without a build. Options: see e2e/conformance/main.ts.
import { ensurePackages, run } from './prepare.mjs';

ensurePackages();
process.exit(run('node', ['--conditions=source', 'e2e/conformance/main.ts', ...process.argv.slice(2)]));
