import { nameOf, type Requester } from '../http/requester.ts';
import type { Descriptor } from '../manifest/descriptor.ts';
import { readManifest } from '../manifest/manifest.ts';
import { mediaTypes } from '../manifest/media-types.ts';
import { pullManifest } from '../pull/pull-manifest.ts';
import { RegistryError } from '../registry-error.ts';
import type { Repository } from '../reference/reference.ts';
import { readPages } from './read-pages.ts';
import { referrersTag } from './referrers-tag.ts';

export interface ReferrersRequest {
  readonly repository: Repository;
  /** The manifest that the others are about. */
  readonly digest: string;
  /** Only this kind; undefined = all. */
  readonly artifactType: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * What refers to a manifest: signatures, bills of materials. Registries without the interface for it have an index under a tag that is made of the
 * digest. Format: OCI distribution specification 1.1, "Listing Referrers".
 */
export async function listReferrers(requester: Requester, { repository, digest, artifactType, signal }: ReferrersRequest): Promise<readonly Descriptor[]> {
  const subject = { registry: repository.registry, repository: repository.repository, reference: digest };
  const summary = `What refers to ${digest} in ${nameOf(repository)} cannot be listed.`;
  const found = new Map<string, Descriptor>();
  const query = artifactType === undefined ? {} : { artifactType };
  for await (const { answer, bytes } of readPages(requester, { repository, to: `referrers/${digest}`, query, headers: { accept: mediaTypes.ociIndex }, subject, summary, what: 'The list of referrers', signal })) {
    const entries = answer.status === 404 ? await findTagged(requester, { repository, digest, signal }) : readIndex(bytes);
    for (const entry of entries) if (artifactType === undefined || entry.artifactType === artifactType) found.set(entry.digest, entry);
  }
  return [...found.values()];

  function readIndex(bytes: Uint8Array): readonly Descriptor[] {
    const index = readManifest(bytes, mediaTypes.ociIndex);
    if (typeof index !== 'string' && index.kind === 'index') return index.manifests;
    throw new RegistryError({ code: 'protocol', ...subject, summary, expected: 'an index', found: typeof index === 'string' ? index : index.kind });
  }
}

/** The entries of the index under the tag of a digest; none where there is no such tag. */
export async function findTagged(requester: Requester, { repository, digest, signal }: Omit<ReferrersRequest, 'artifactType'>): Promise<readonly Descriptor[]> {
  const tag = referrersTag(digest);
  const pulled = await pullManifest(requester, { registry: repository.registry, repository: repository.repository, tag }, signal);
  if (pulled === undefined) return [];
  if (pulled.manifest.kind === 'index') return pulled.manifest.manifests;
  throw new RegistryError({ code: 'protocol', registry: repository.registry, repository: repository.repository, reference: tag, summary: `The tag ${tag} of ${nameOf(repository)} is no list of referrers.`, expected: 'an index', found: pulled.descriptor.mediaType });
}
