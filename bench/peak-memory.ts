import { parseTree, planTree } from './tree-work.ts';

// A program of its own, because the peak of a process includes all that it did before: `peak-memory.ts plan|parse <tree> <packages>` prints MB.

const [what, root = '', packages = ''] = process.argv.slice(2);
const kept = what === 'plan' ? await planTree(root, Number(packages)) : parseTree(root);
if (kept === undefined) throw new Error('nothing was made');
// maxRSS counts KiB.
process.stdout.write(String((process.resourceUsage().maxRSS * 1024) / 1e6));
