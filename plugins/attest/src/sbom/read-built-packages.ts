import { readFile } from 'node:fs/promises';
import { CosError, type Artifact, type Diagnostic } from '@cos/core';
import type { PackageMetadata } from '@cos/core/artifacts';
import { formatProblem, isError, readMetadata } from '@cos/luet';
import type { AttestCode } from '../codes.ts';
import type { BuiltPackage } from './bill.ts';

/** What metadata says of packages. Throws COS_ATTEST_METADATA, for all that cannot be read at once. */
export async function readBuiltPackages(artifacts: readonly Artifact<PackageMetadata>[]): Promise<readonly BuiltPackage[]> {
  const packages: BuiltPackage[] = [];
  const failures: Diagnostic[] = [];
  for (const artifact of artifacts) {
    const { meta } = artifact;
    const { metadata, problems } = readMetadata(await readFile(await artifact.path(), 'utf8'), 'metadata.yaml');
    if (metadata === undefined) {
      failures.push({
        code: 'COS_ATTEST_METADATA' satisfies AttestCode,
        severity: 'error',
        message: `The metadata of the package ${meta.category}/${meta.name}@${meta.version} cannot be read.`,
        notes: problems.filter(isError).map((problem) => ({ message: formatProblem(problem) })),
        hint: 'Give the output `metadata` of squash\'s stage "archive" or "describe" to the input "packages".',
      });
      continue;
    }
    const { category, name, version, description, license } = metadata.runtime;
    packages.push({ category, name, version, description, license, sha256: metadata.sha256 });
  }
  if (failures.length > 0) throw new CosError(failures);
  return packages;
}
