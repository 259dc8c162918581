// Names of packages become file names, image tags and folders of a repository. So they are checked where they enter:
// a name with a slash or a leading dash must never get further.

import type { Decoder } from '../decode.ts';
import type { Location } from '../problem.ts';

export interface Identity {
  readonly category: string;
  readonly name: string;
  readonly version: string;
}

/** `name-category-version`: how file names, images and orderings spell a package. */
export function fingerprintName(one: Identity): string {
  return `${one.name}-${one.category}-${one.version}`;
}

/** The fingerprint as the tag of a container image: `+` is not allowed there and becomes `-`. */
export function imageId(one: Identity): string {
  return fingerprintName(one).replaceAll('+', '-');
}

export function checkIdentity(decoder: Decoder, one: Identity & { readonly at: Location }): void {
  if (one.name === '') decoder.error('LUET_MISSING_KEY', 'the package has no name', one.at);
  else if (!NAME.test(one.name)) badName(decoder, 'name', one.name, one.at);
  if (one.category !== '' && !NAME.test(one.category)) badName(decoder, 'category', one.category, one.at);
  if (!VERSION.test(one.version) || /[<>=]/.test(one.version)) {
    const message = `the version "${one.version}" of ${one.name} cannot be used in file names`;
    const expected = 'letters, digits and . + - ~ : _';
    decoder.error('LUET_BAD_VERSION', message, one.at, { expected, found: one.version });
  } else if (one.version === '') {
    decoder.warn('LUET_MISSING_KEY', `${one.name} has no version; only a reference without version finds it`, one.at);
  } else if (/[~:]/.test(one.version)) {
    const hint = 'without ~ and : the package can be published as a container image, too';
    decoder.warn('LUET_BAD_VERSION', `the version "${one.version}" makes no valid image tag`, one.at, { hint });
  }
}

function badName(decoder: Decoder, what: string, value: string, at: Location): void {
  const expected = 'letters, digits and . _ + - @, not starting with a dash or a dot';
  decoder.error('LUET_BAD_NAME', `the ${what} "${value}" cannot be used in file names`, at, { expected });
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+@-]*$/;
const VERSION = /^(?:[A-Za-z0-9_][A-Za-z0-9._+~:-]*)?$/;
