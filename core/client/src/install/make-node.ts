import { spawnSync } from 'node:child_process';
import type { TarHeader } from '@cos/archive';
import { ClientError } from '../client-error.ts';

/** Makes a device or a fifo, which Node cannot: by `mknod` of the coreutils. Devices need root. */
export function makeNode(location: string, header: TarHeader, mode: number): void {
  const kind = header.type === 'fifo' ? ['p'] : [header.type === 'block' ? 'b' : 'c', String(header.devMajor), String(header.devMinor)];
  const made = spawnSync('mknod', [`--mode=${mode.toString(8).padStart(4, '0')}`, '--', location, ...kind], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  if (made.error !== undefined) throw new ClientError('unsupported', `The ${header.type} /${header.path} cannot be made: mknod does not start.`, { cause: made.error, hint: 'Install the coreutils.' });
  if (made.status !== 0) throw new ClientError('unsupported', `The ${header.type} /${header.path} cannot be made: ${made.stderr.trim()}.`, { hint: 'Devices need root.' });
}
