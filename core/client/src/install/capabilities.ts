// File capabilities are extended attributes, which Node cannot read: `getfattr` prints them.
import { spawnSync } from 'node:child_process';
import { decodeName } from '@cos/archive';
import { ClientError } from '../client-error.ts';

/** The only extended attribute that packages have. */
export const CAPABILITY = 'security.capability';

/** The capabilities of all files below a folder, by path relative to it. Throws ClientError `unsupported`. */
export function readCapabilities(folder: string): ReadonlyMap<string, Uint8Array> {
  const args = ['--recursive', '--physical', '--no-dereference', '--encoding=base64', `--match=^${CAPABILITY.replace('.', '\\.')}$`, '--dump', '--', '.'];
  const read = spawnSync('getfattr', args, { cwd: folder, encoding: 'latin1', maxBuffer: 1024 ** 3, env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  if (read.error !== undefined) throw new ClientError('unsupported', 'File capabilities cannot be read: getfattr does not start.', { cause: read.error, hint: 'Install the package attr.' });
  if (read.status !== 0) throw new ClientError('unsupported', `File capabilities cannot be read: ${read.stderr.trim()}.`);
  const found = new Map<string, Uint8Array>();
  let path = '';
  for (const line of read.stdout.split('\n')) {
    if (line.startsWith('# file: ')) path = nameOf(line.slice('# file: '.length));
    else if (line.startsWith(`${CAPABILITY}=0s`)) found.set(path, Buffer.from(line.slice(CAPABILITY.length + 3), 'base64'));
  }
  return found;
}

/** As getfattr prints names: unusual bytes by their octal numbers. */
function nameOf(text: string): string {
  const bytes = text.replace(/^\.\//, '').replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
  return decodeName(Buffer.from(bytes, 'latin1'));
}
