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

/** Where each part is written. */
export type IdentityPlaces = Readonly<Record<keyof Identity, Location>>;

export function checkIdentity(decoder: Decoder, one: Identity, places: IdentityPlaces): void {
  if (one.name === '') decoder.error('LUET_MISSING_KEY', 'the package has no name', places.name);
  else checkName(decoder, 'name', one.name, places.name);
  if (one.category !== '') checkName(decoder, 'category', one.category, places.category);
  checkVersion(decoder, one, places);
}

function checkName(decoder: Decoder, what: 'name' | 'category', value: string, at: Location): void {
  if (!NAME.test(value)) {
    const expected = 'letters, digits and . _ + - @, not starting with a dash or a dot';
    decoder.error('LUET_BAD_NAME', `the ${what} "${value}" cannot be used in file names`, at, { expected });
  } else if (value.length > MAX_LENGTHS[what]) {
    decoder.error('LUET_BAD_NAME', `the ${what} "${beginning(value)}" is too long for file names`, at, lengths(value, MAX_LENGTHS[what]));
  }
}

function checkVersion(decoder: Decoder, { name, version }: Identity, places: IdentityPlaces): void {
  if (version === '' && decoder.strictness === 'data') {
    decoder.error('LUET_MISSING_KEY', 'the package has no version', places.version);
  } else if (version === '') {
    decoder.warn('LUET_MISSING_KEY', `${name} has no version; only a reference without version finds it`, places.name);
  } else if (!VERSION.test(version) || /[<>=]/.test(version)) {
    const message = `the version "${version}" of ${name} cannot be used in file names`;
    decoder.error('LUET_BAD_VERSION', message, places.version, { expected: 'letters, digits and . + - ~ : _', found: version });
  } else if (version.length > MAX_LENGTHS.version) {
    const message = `the version "${beginning(version)}" of ${name} is too long for file names`;
    decoder.error('LUET_BAD_VERSION', message, places.version, lengths(version, MAX_LENGTHS.version));
  } else if (/[~:]/.test(version)) {
    const hint = 'without ~ and : the package can be published as a container image, too';
    decoder.warn('LUET_BAD_VERSION', `the version "${version}" makes no valid image tag`, places.version, { hint });
  }
}

function beginning(value: string): string {
  return `${value.slice(0, 20)}...`;
}

function lengths(value: string, most: number): { readonly expected: string; readonly found: string } {
  return { expected: `at most ${most} characters`, found: `${value.length} characters` };
}

/** Far above any real package; together they stay below the 255 bytes of a file name. */
const MAX_LENGTHS: Readonly<Record<keyof Identity, number>> = { category: 40, name: 80, version: 60 };

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+@-]*$/;
const VERSION = /^[A-Za-z0-9_][A-Za-z0-9._+~:-]*$/;
