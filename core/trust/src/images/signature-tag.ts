/** The tag under which the signatures of a manifest lie, as cosign names it: `sha256-<hex>.sig`. */
export function signatureTag(digest: string): string {
  return `${digest.replace(':', '-')}.sig`;
}

/** True for tags of signatures, attestations and lists of referrers: nothing that is signed itself. */
export function isAttachedTag(tag: string): boolean {
  return /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{64,128})(?:\.(?:sig|att|sbom))?$/.test(tag);
}
