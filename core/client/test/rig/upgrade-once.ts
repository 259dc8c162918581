// A process of its own, to be killed: upgrades a root from a repository, or only opens it when there is no repository.
import { existsSync } from 'node:fs';
import { changeRoot, diskTransport, openRepository, planChanges } from '../../src/index.ts';

const [folder = '', root = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const repositories = existsSync(folder) ? [await openRepository({ name: 'main', transports: [diskTransport(folder)], signal })] : [];
console.log('started');
await changeRoot({ root, repositories, plan: (installed) => planChanges({ installed, repositories, wanted: [], others: 'upgrade' }), requested: () => true, signal });
