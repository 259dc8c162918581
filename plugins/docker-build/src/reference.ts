import { fail } from './errors.ts';

// References of images in registries, as far as they must be told apart: host and path, tag, digest.

/** Host with an optional port, then lower-case path components. */
const nameForm = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const digestForm = /^sha256:[0-9a-f]{64}$/;

export interface ImageReference {
  /** `debian`, `registry.example:5000/team/base`. */
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Takes a reference apart. Throws COS_DOCKER_REFERENCE_FORM. Format: the grammar of the OCI distribution specification. */
export function parseReference(text: string): ImageReference {
  return readReference(text) ?? fail('COS_DOCKER_REFERENCE_FORM', `${JSON.stringify(text)} is no reference of an image.`, { hint: REFERENCE_HINT });
}

export const REFERENCE_HINT = 'Write name:tag or name@sha256:<64 hex digits>.';

/** Undefined when the text is no reference of an image. */
export function readReference(text: string): ImageReference | undefined {
  const [rest = '', digest, ...more] = text.split('@');
  const colon = rest.lastIndexOf(':');
  const hasTag = colon > rest.lastIndexOf('/');
  const name = hasTag ? rest.slice(0, colon) : rest;
  const tag = hasTag ? rest.slice(colon + 1) : undefined;
  const isGood = text.length <= 512 && more.length === 0 && nameForm.test(name) && (tag === undefined || tagForm.test(tag)) && (digest === undefined || digestForm.test(digest));
  return isGood ? { name, tag, digest } : undefined;
}
