/** What compresses archives: a part of fingerprints, because another version may give other bytes. */
export const COMPRESSOR = `zlib ${process.versions.zlib}, zstd ${process.versions['zstd'] ?? 'unknown'}`;
