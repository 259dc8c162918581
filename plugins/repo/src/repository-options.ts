import * as z from 'zod/mini';

// Options that creating and publishing a repository share.

export const compression = z.enum(['none', 'gzip', 'zstd']);

export const fileName = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/, 'expected a file name of letters, digits and . _ -'));

export const treeName = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._+-]*$/, 'expected a name without slashes'));

/** Also a part of the tags of images. */
export const snapshotId = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$/, 'expected a word of letters, digits and . _ -'));
