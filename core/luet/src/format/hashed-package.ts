// What a package counts for in the tags of images, and its record in the metadata of what is built on it: worked out once, and read for every chain that
// it stands in. JSON of our own.

import { Decoder, fieldsOf } from '../decode.ts';
import type { Problem } from '../problem.ts';
import { parseYaml } from '../yaml.ts';
import { reportEmpty } from './read-metadata.ts';
import { readRecord, toIndexRecord } from './record.ts';
import type { PackageRecord } from './record.ts';

export interface HashedPackage {
  /** The package with its requirements for building. */
  readonly record: PackageRecord;
  /** As of `saltOf`; or why there is none. */
  readonly hash: { readonly ok: true; readonly salt: string } | { readonly ok: false; readonly problem: string };
}

export interface ReadHashedPackageResult {
  readonly hashed: HashedPackage | undefined;
  readonly problems: readonly Problem[];
}

/** One line of JSON with a line break: equal for equal packages. */
export function writeHashedPackage({ record, hash }: HashedPackage): string {
  return `${JSON.stringify({ format: '1', ...(hash.ok ? { salt: hash.salt } : { problem: hash.problem }), package: toIndexRecord(record) })}\n`;
}

export function readHashedPackage(text: string, file: string): ReadHashedPackageResult {
  const { root, problems } = parseYaml({ text, file });
  const decoder = new Decoder('text', [...problems]);
  if (root === undefined) return { hashed: undefined, problems: reportEmpty(decoder, file) };
  const mapping = decoder.mapping(root, 'a hashed package');
  if (mapping === undefined) return { hashed: undefined, problems: decoder.problems };
  const fields = fieldsOf(decoder, mapping, ['format', 'salt', 'problem', 'package']);
  const textOf = (key: string): string | undefined => {
    const entry = fields.get(key);
    return entry === undefined ? undefined : decoder.text(entry.value, key);
  };
  const [format, salt, problem, packageEntry] = [textOf('format'), textOf('salt'), textOf('problem'), fields.get('package')];
  const record = packageEntry === undefined ? undefined : readRecord(decoder, packageEntry.value, 'package');
  if (format !== '1' || record === undefined || (salt === undefined) === (problem === undefined)) {
    decoder.error('LUET_BAD_FORMAT', 'this is no hashed package', mapping.at, { expected: 'format 1, a package, and either a salt or a problem' });
    return { hashed: undefined, problems: decoder.problems };
  }
  return { hashed: { record, hash: salt === undefined ? { ok: false, problem: problem ?? '' } : { ok: true, salt } }, problems: decoder.problems };
}
