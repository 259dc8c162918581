// definition.yaml in the runtime tree of a repository: identity and relations at run time. Free keys of the source are left out.

import type { PackageDefinition } from '../package/definition.ts';
import { writeYaml } from '../yaml.ts';
import { createRecord, toIndexRecord } from './record.ts';

/** Accepts a package's definition, or a record read from metadata. Strings are quoted where a reader could see a number. */
export function writeTreeDefinition(one: Omit<PackageDefinition, 'at'>): string {
  return writeYaml(toIndexRecord(createRecord({ ...one, buildTimestamp: '' })));
}
