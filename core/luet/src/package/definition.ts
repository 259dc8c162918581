// definition.yaml and the entries of collection.yaml: who a package is and what it needs at run time.
// Keys that are not in the table are no mistakes: templates read them as `.Values.<key>`. So they are notes, not errors,
// unless they look like a misspelt known key.

import { Decoder, fieldsOf } from '../decode.ts';
import type { Strictness } from '../decode.ts';
import type { Location, Problem } from '../problem.ts';
import type { YamlMapping, YamlNode } from '../yaml.ts';
import { DEFINITION_KEYS } from './definition-keys.ts';
import { checkIdentity } from './identity.ts';
import type { Identity } from './identity.ts';
import { readReferences } from './reference.ts';
import type { PackageReference } from './reference.ts';

export interface PackageDefinition {
  readonly category: string;
  readonly name: string;
  readonly version: string;
  /** Requirements at run time; also for building when the package has no recipe of its own. */
  readonly requires: readonly PackageReference[];
  readonly conflicts: readonly PackageReference[];
  readonly provides: readonly PackageReference[];
  readonly hidden: boolean;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly description: string;
  readonly license: string;
  readonly uri: readonly string[];
  readonly useFlags: readonly string[];
  /** Where the package's name is written. */
  readonly at: Location;
}

export interface ReadDefinitionResult {
  readonly definition: PackageDefinition | undefined;
  /** The name as it is written, also when the rest is unusable; '' = none. */
  readonly name: string;
  readonly problems: readonly Problem[];
}

/** Reads one package. Undefined when its identity cannot be told; the problems say why. */
export function readDefinition(root: YamlNode, strictness: Strictness = 'strict'): ReadDefinitionResult {
  const decoder = new Decoder(strictness);
  const mapping = decoder.mapping(root, 'a package definition');
  if (mapping === undefined) {
    if (decoder.problems.length === 0) decoder.error('LUET_MISSING_KEY', 'the package definition is empty', root.at);
    return { definition: undefined, name: '', problems: decoder.problems };
  }
  const definition = decodeDefinition(decoder, mapping);
  const isUsable = !decoder.problems.some((problem) => problem.severity === 'error');
  return { definition: isUsable ? definition : undefined, name: definition.name, problems: decoder.problems };
}

function decodeDefinition(decoder: Decoder, mapping: YamlMapping): PackageDefinition {
  const fields = fieldsOf(decoder, mapping, DEFINITION_KEYS, (entry, suggestion) => {
    if (suggestion === undefined) return;
    const message = `"${entry.key.text}" is no field of a package; it is only a template value`;
    decoder.warn('LUET_UNKNOWN_KEY', message, entry.key.at, { hint: `did you mean "${suggestion}"?` });
  });
  const at = placeOf('name');
  function placeOf(key: keyof Identity): Location {
    return fields.get(key)?.value.at ?? mapping.at;
  }
  function read<T>(key: string, absent: T, decode: (node: YamlNode, what: string) => T): T {
    const entry = fields.get(key);
    return entry === undefined ? absent : decode(entry.value, key);
  }
  const text = (node: YamlNode, what: string): string => decoder.text(node, what);
  const texts = (node: YamlNode, what: string): readonly string[] => decoder.texts(node, what);
  const textMap = (node: YamlNode, what: string): ReadonlyMap<string, string> => decoder.textMap(node, what);
  const references = (node: YamlNode, what: string): readonly PackageReference[] => readReferences(decoder, node, what);
  const definition = {
    category: read('category', '', text),
    name: read('name', '', text),
    version: read('version', '', text),
    requires: read('requires', [], references),
    conflicts: read('conflicts', [], references),
    provides: read('provides', [], references),
    hidden: read('hidden', false, (node, what) => decoder.boolean(node, what)),
    labels: read('labels', NO_TEXTS, textMap),
    annotations: read('annotations', NO_TEXTS, textMap),
    description: read('description', '', text),
    license: read('license', '', text),
    uri: read('uri', [], texts),
    useFlags: read('use_flags', [], texts),
    at,
  };
  checkIdentity(decoder, definition, { name: at, category: placeOf('category'), version: placeOf('version') });
  return definition;
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();
