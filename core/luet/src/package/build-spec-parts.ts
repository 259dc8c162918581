// The two structured lists of a recipe: files copied from elsewhere, and packages cut out of this one.

import { fieldsOf } from '../decode.ts';
import type { Decoder } from '../decode.ts';
import { wordFor } from '../problem.ts';
import type { Location } from '../problem.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml.ts';
import { DEFINITION_KEYS } from './definition-keys.ts';
import { checkIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { readReference, readReferences } from './reference.ts';
import type { PackageReference } from './reference.ts';

/** Exactly one of `package` and `image` is where the files come from. */
export interface CopyItem {
  readonly package?: PackageReference;
  readonly image?: string;
  readonly source: string;
  readonly destination: string;
  readonly at: Location;
}

/** A package that is cut out of the main package's archive by its own filters. */
export interface Subpackage {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  readonly requires: readonly PackageReference[];
  readonly conflicts: readonly PackageReference[];
  readonly provides: readonly PackageReference[];
  readonly hidden: boolean;
  readonly description: string;
  readonly license: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  readonly at: Location;
}

export function readCopies(decoder: Decoder, identity: Decoder, node: YamlNode): CopyItem[] {
  return decoder.sequence(node, 'copy').flatMap((item, index) => {
    const mapping = decoder.mapping(item, `copy[${index}]`);
    return mapping === undefined ? [] : (readCopy(decoder, identity, mapping, `copy[${index}]`) ?? []);
  });
}

function readCopy(decoder: Decoder, identity: Decoder, mapping: YamlMapping, what: string): CopyItem | undefined {
  const fields = fieldsOf(decoder, mapping, COPY_KEYS, unknownKey(decoder, what));
  const text = (key: string): string => {
    const entry = fields.get(key);
    return entry === undefined ? '' : decoder.text(entry.value, `${what}.${key}`);
  };
  const packageNode = fields.get('package')?.value;
  const reference = packageNode === undefined ? undefined : readReference(identity, packageNode, `${what}.package`);
  const image = text('image');
  const source = text('source');
  const destination = text('destination');
  if ((reference === undefined) === (image === '')) {
    const expected = 'either package or image';
    if (packageNode === undefined || image !== '') {
      decoder.error('LUET_MISSING_KEY', `${wordFor(mapping.at, what)} must say where to copy from`, mapping.at, { expected });
    }
    return undefined;
  }
  for (const [key, value] of [['source', source], ['destination', destination]] as const) {
    if (value === '') decoder.error('LUET_MISSING_KEY', `${wordFor(mapping.at, what)} has no ${key}`, mapping.at);
  }
  if (source === '' || destination === '') return undefined;
  const origin = reference === undefined ? { image } : { package: reference };
  return { ...origin, source, destination, at: mapping.at };
}

export function readSubpackages(decoder: Decoder, identity: Decoder, node: YamlNode): Subpackage[] {
  return decoder.sequence(node, 'subpackages').flatMap((item, index) => {
    const mapping = decoder.mapping(item, `subpackages[${index}]`);
    return mapping === undefined ? [] : [readSubpackage(decoder, identity, mapping, `subpackages[${index}]`)];
  });
}

function readSubpackage(decoder: Decoder, identity: Decoder, mapping: YamlMapping, what: string): Subpackage {
  const fields = fieldsOf(decoder, mapping, SUBPACKAGE_KEYS, unknownKey(decoder, what));
  function read<T>(key: string, absent: T, decode: (node: YamlNode, name: string) => T): T {
    const entry = fields.get(key);
    return entry === undefined ? absent : decode(entry.value, `${what}.${key}`);
  }
  const exactText = (value: YamlNode, name: string): string => identity.text(value, name);
  const texts = (value: YamlNode, name: string): readonly string[] => decoder.texts(value, name);
  const textMap = (value: YamlNode, name: string): ReadonlyMap<string, string> => decoder.textMap(value, name);
  const references = (value: YamlNode, name: string): readonly PackageReference[] => readReferences(identity, value, name);
  const subpackage: Subpackage = {
    category: read('category', '', exactText),
    name: read('name', '', exactText),
    version: read('version', '', exactText),
    requires: read('requires', [], references),
    conflicts: read('conflicts', [], references),
    provides: read('provides', [], references),
    hidden: read('hidden', false, (value, name) => decoder.boolean(value, name)),
    description: read('description', '', exactText),
    license: read('license', '', exactText),
    labels: read('labels', NO_TEXTS, textMap),
    annotations: read('annotations', NO_TEXTS, textMap),
    includes: read('includes', [], texts),
    excludes: read('excludes', [], texts),
    at: mapping.at,
  };
  const placeOf = (key: keyof Identity): Location => fields.get(key)?.value.at ?? mapping.at;
  checkIdentity(decoder, subpackage, { name: placeOf('name'), category: placeOf('category'), version: placeOf('version') });
  return subpackage;
}

function unknownKey(decoder: Decoder, what: string): (entry: YamlEntry, suggestion: string | undefined) => void {
  return (entry, suggestion) => {
    const details = suggestion === undefined ? {} : { hint: `did you mean "${suggestion}"?` };
    decoder.error('LUET_UNKNOWN_KEY', `unknown key "${entry.key.text}" in ${what}`, entry.key.at, details);
  };
}

const COPY_KEYS = ['package', 'image', 'source', 'destination'];
const SUBPACKAGE_KEYS = [...DEFINITION_KEYS, 'includes', 'excludes'];
const NO_TEXTS: ReadonlyMap<string, string> = new Map();
