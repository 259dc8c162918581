import { defineArtifact, noMeta } from '@cos/core';

// Kinds of artifacts that stay inside of this plugin: small JSON files.

/** Which tags luet gives to images, and in which repositories to look for them: `tags/image-tags.ts`. */
export const imageTags = defineArtifact({ name: 'image-tags', storage: 'file', meta: noMeta });
export type ImageTags = typeof imageTags;

/** How images came to be here: `cache/image-origin.ts`. */
export const imageOrigin = defineArtifact({ name: 'image-origin', storage: 'file', meta: noMeta });
export type ImageOrigin = typeof imageOrigin;
