import * as z from 'zod/mini';
import { parseJson } from '../parse-json.ts';

/** What luet calls images, as it travels from the stage `tags` to those that set tags and look for them. */
export interface ImageTagsFile {
  /** Repositories to look in, in this order. */
  readonly pull: readonly string[];
  /** By the `id` of an image in the plan: one image has several tags, because a tag names the chain that the image stands in. */
  readonly images: Readonly<Record<string, TagsOfImage>>;
  /** Tags of assembled bases by the package that is built on one (`name-category-version`). */
  readonly joins: Readonly<Record<string, string>>;
}

export interface TagsOfImage {
  /** `name-category-version` */
  readonly package: string;
  readonly packages: readonly string[];
  readonly builders: readonly string[];
}

const tags = z.array(z.string().check(z.regex(/^(?:builder-)?[0-9a-f]{32,64}$/)));
const form = z.object({
  format: z.literal(1),
  pull: z.array(z.string()),
  images: z.record(z.string(), z.object({ package: z.string(), packages: tags, builders: tags })),
  joins: z.record(z.string(), z.string().check(z.regex(/^[0-9a-f]{32}$/))),
});

export function writeImageTags({ pull, images, joins }: ImageTagsFile): string {
  return `${JSON.stringify({ format: 1, pull, images: sorted(images), joins: sorted(joins) })}\n`;
}

/** The file comes from a stage of this plugin: anything else in it is a mistake of ours. */
export function readImageTags(text: string): ImageTagsFile {
  const read = parseJson(text, form);
  if (!read.ok) throw new Error(`Internal error: tags of images are not of their form: ${read.reason}`);
  return read.value;
}

/** The tags of all images of a package: which of them is meant cannot be told by its name alone. */
export function tagsOfPackage({ images }: ImageTagsFile, fingerprintName: string): Omit<TagsOfImage, 'package'> {
  const own = Object.values(images).filter((image) => image.package === fingerprintName);
  return { packages: [...new Set(own.flatMap(({ packages }) => packages))], builders: [...new Set(own.flatMap(({ builders }) => builders))] };
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
