/** A program that starts a machine and is then ended by the test, or ends itself without stopping the machine. */
import { startMachine, type MachineOptions } from '../src/index.ts';

const [options, how] = process.argv.slice(2);
const machine = await startMachine(JSON.parse(options ?? '') as MachineOptions);
await machine.waitFor('orphan');
process.stdout.write('started\n');
if (how === 'exit') process.exit(0);
