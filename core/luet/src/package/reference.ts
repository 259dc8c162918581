// A reference to a package: category, name, and a version that may be a selector (`>=1.0`).
// An empty version is no wildcard: it matches only a package whose own version is empty.

import { fieldsOf } from '../decode.ts';
import type { Decoder } from '../decode.ts';
import { wordFor } from '../problem.ts';
import type { Location } from '../problem.ts';
import type { YamlNode } from '../yaml.ts';
import { DEFINITION_KEYS } from './definition-keys.ts';

export interface PackageReference {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** Where it is written; undefined for references of the command line. */
  readonly at?: Location;
}

export function readReferences(decoder: Decoder, node: YamlNode, what: string): PackageReference[] {
  return decoder.sequence(node, what).flatMap((item, index) => readReference(decoder, item, `${what}[${index}]`) ?? []);
}

/** Undefined when `node` is no mapping or names nothing; the problem is with the decoder then. */
export function readReference(decoder: Decoder, node: YamlNode, what: string): PackageReference | undefined {
  const mapping = decoder.mapping(node, what);
  if (mapping === undefined) return undefined;
  const fields = fieldsOf(decoder, mapping, REFERENCE_KEYS, (entry, suggestion) => {
    if (suggestion === undefined || DEFINITION_KEYS.includes(entry.key.text.toLowerCase())) return;
    const hint = `did you mean "${suggestion}"?`;
    decoder.warn('LUET_UNKNOWN_KEY', `unknown key "${entry.key.text}" in ${what}`, entry.key.at, { hint });
  });
  const read = (key: string): string => {
    const entry = fields.get(key);
    return entry === undefined ? '' : decoder.text(entry.value, `${what}.${key}`);
  };
  const name = read('name');
  if (name === '') {
    decoder.error('LUET_MISSING_KEY', `${wordFor(mapping.at, what)} has no name`, mapping.at);
    return undefined;
  }
  const at = fields.get('name')?.value.at ?? mapping.at;
  return { category: read('category'), name, version: read('version'), at };
}

/** `category/name`, or the bare name without a category. */
export function nameKey(one: { readonly category: string; readonly name: string }): string {
  return one.category === '' ? one.name : `${one.category}/${one.name}`;
}

/** As a person writes it: `category/name@>=1.0`. */
export function formatReference(reference: Pick<PackageReference, 'category' | 'name' | 'version'>): string {
  return reference.version === '' ? nameKey(reference) : `${nameKey(reference)}@${reference.version}`;
}

/** Every field that a package has may stand in a reference (trees alias whole packages there); only these three mean something. */
const REFERENCE_KEYS = ['name', 'category', 'version'];
