import { splitDigest } from '../digest.ts';

/** The tag under which a registry without the interface for referrers lists them. Format: OCI distribution specification 1.1, "Referrers Tag Schema". */
export function referrersTag(digest: string): string {
  const { algorithm, hex } = splitDigest(digest);
  return `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
}
