// Where files that pins stand for lie: below the cache folder, each content in a folder named after its digest.

export const pinnedFolder = 'pinned';

/** Path below the workspace. Throws for a text that is no digest, which could mean another place. */
export function pinnedPath(cacheFolder: string, digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw new Error(`Internal error: ${JSON.stringify(digest.slice(0, 100))} is no digest of files of a pin`);
  return `${cacheFolder}/${pinnedFolder}/${hex}`;
}

/** True for what lies in the files of a pin, and for the whole of them. */
export function isPinnedPath(cacheFolder: string, path: string): boolean {
  const root = `${cacheFolder}/${pinnedFolder}/`;
  return path.startsWith(root) && /^[0-9a-f]{64}(?:\/|$)/.test(path.slice(root.length));
}
