// `npm start`: all set-up on a fresh machine, then the main job: the ISO of the example.
import { ensureEngine } from './engine.mjs';
import { ensureHost } from './host.mjs';
import { buildPackages, ensurePackages, root, run } from './prepare.mjs';

ensureHost('build');
ensurePackages();
await ensureEngine(root);
buildPackages();
console.log('\n$ npx cos run build-iso\n');
process.exit(run('cos', ['run', 'build-iso', ...process.argv.slice(2)]));
