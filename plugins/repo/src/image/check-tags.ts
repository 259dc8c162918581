import { CosError } from '@cos/core';
import { fingerprintName, metadataImageTag, type Identity } from '@cos/luet';
import { problem } from '../problem.ts';

/** Throws COS_REPO_BAD_NAME with every package whose name cannot be the tag of an image. Format: OCI distribution specification 1.1, "Pulling manifests". */
export function checkTags(packages: readonly { readonly identity: Identity }[]): void {
  const bad = packages.filter(({ identity }) => !/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(metadataImageTag(identity)));
  if (bad.length === 0) return;
  throw new CosError(
    bad.map(({ identity }) =>
      problem('COS_REPO_BAD_NAME', `${fingerprintName(identity)} cannot be published as an image: ${JSON.stringify(metadataImageTag(identity))} is no tag.`, 'Tags have at most 128 letters, digits and . _ -: use no ~, : and @, and shorter names.'),
    ),
  );
}
