import { createHash } from 'node:crypto';
import { asFingerprint, type Fingerprint } from '../model/identity.ts';
import { encodeCanonical } from './canonical.ts';
import type { TaskRecord } from '../model/task-record.ts';

/**
 * SHA-256 of the canonical encoding of a record. Where an input came from is left out: equal bytes are equal inputs, whoever made them. Ports keep
 * their declared order.
 */
export function fingerprintOf(record: TaskRecord): Fingerprint {
  const { inputs, ...rest } = record;
  const ports = Object.entries(inputs).map(([port, artifacts]) => [port, artifacts.map(({ kind, digest }) => [kind, digest])]);
  const bytes = encodeCanonical({ ...rest, inputs: ports });
  return asFingerprint(createHash('sha256').update('cos-fingerprint\n').update(bytes).digest('hex'));
}
