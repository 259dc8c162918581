import { isDigest, type Digest } from '@cos/core';
import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';

/** What is known of a package's images beside their content. */
export interface Origin {
  /** Key of what they were built from. */
  readonly key: string;
  /** `built` by this machine, or `pulled` from a repository, which has them already. */
  readonly made: 'built' | 'pulled';
  /** Content of the package image. */
  readonly image: Digest;
  /** Content of the builder image; undefined for an image that was put together from archives. */
  readonly builder: Digest | undefined;
}

const digest = z.custom<Digest>((value) => typeof value === 'string' && isDigest(value));
const form = z.object({ format: z.literal(1), key: z.string().check(z.regex(/^[0-9a-f]{64}$/)), made: z.enum(['built', 'pulled']), image: digest, builder: z.optional(digest) });

export function writeOrigin(origin: Origin): string {
  return `${JSON.stringify({ format: 1, ...origin })}\n`;
}

/** The file comes from a stage of this plugin: anything else in it is a mistake of ours. */
export function readOrigin(text: string): Origin {
  const read = parseJson(text, form);
  if (!read.ok) throw new Error(`Internal error: an origin of images is not of its form: ${read.reason}`);
  const { key, made, image, builder } = read.value;
  return { key, made, image, builder };
}
