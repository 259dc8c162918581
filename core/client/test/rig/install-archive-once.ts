// A process of its own, so that another user may run it: installs packages into an archive, which goes to standard output.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAtom } from '@cos/luet';
import { ClientError, diskTransport, installArchive, openRepository, planChanges, writeRoot } from '../../src/index.ts';

const [folder = '', wanted = '', finalizers = 'run'] = process.argv.slice(2);
const atom = parseAtom(wanted);
if (!atom.ok) throw new Error(atom.problem.message);
const signal = new AbortController().signal;
const repositories = [await openRepository({ name: 'main', transports: [diskTransport(folder)], signal })];
const scratch = mkdtempSync(join(tmpdir(), 'cos-archive-'));
process.umask(0o077);
try {
  const plan = (installed: Parameters<typeof planChanges>[0]['installed']) => planChanges({ installed, repositories, wanted: [atom.reference], others: 'keep' });
  const { archive, pending } = await installArchive({ scratch, repositories, plan, requested: () => true, devices: 'make', runFinalizers: finalizers === 'run', signal });
  await writeRoot({ archive: archive(), format: 'tar', to: process.stdout, scratch, signal });
  process.stderr.write(`${process.umask().toString(8)} ${pending.join(' ')}\n`);
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  process.stderr.write(`${error.code}: ${error.message} ${error.notes.join(' ')} ${error.hint ?? ''}\n`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
