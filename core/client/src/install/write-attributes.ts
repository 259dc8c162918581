// File capabilities are extended attributes, which Node cannot set: `setfattr` reads them from its standard input, all at once.
import { spawnSync } from 'node:child_process';
import { ClientError } from '../client-error.ts';

export interface FileAttributes {
  /** Below the folder of the transaction, without line ends and backslashes. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/** Sets attributes of staged files. Throws ClientError `unsupported` when the host cannot: a package that lost its capabilities would fail later, elsewhere. */
export function writeAttributes(stage: string, files: readonly FileAttributes[]): void {
  if (files.length === 0) return;
  const dump = files.map(({ name, attributes }) => `# file: ${name}\n${[...attributes].map(([key, value]) => `${key}=0s${Buffer.from(value).toString('base64')}\n`).join('')}`).join('\n');
  const set = spawnSync('setfattr', ['--no-dereference', '--restore=-'], { cwd: stage, input: dump, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  if (set.error !== undefined) throw new ClientError('unsupported', 'The packages have file capabilities, and setfattr does not start.', { cause: set.error, hint: 'Install the package attr.' });
  if (set.status !== 0) throw new ClientError('unsupported', `File capabilities cannot be set: ${set.stderr.trim()}.`, { hint: 'They need root and a file system that has them.' });
}
