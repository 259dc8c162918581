// A package inside metadata files and indexes. The two spell the same record differently: metadata.yaml has `packagerequires` and
// every key, the index has `requires` and leaves empty ones out. Mixing them up makes clients install without dependencies.

import { fieldsOf } from '../decode.ts';
import type { Decoder } from '../decode.ts';
import type { Identity } from '../package/identity.ts';
import { readReferences } from '../package/reference.ts';
import type { PackageReference } from '../package/reference.ts';
import { compareCodeUnits } from '../order.ts';
import type { YamlNode } from '../yaml.ts';

export interface PackageRecord extends Identity {
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
  /** Free text; clients compare it for inequality only. '' = not recorded. */
  readonly buildTimestamp: string;
}

/** A record without relations or texts. */
export function createRecord(one: Identity & Partial<PackageRecord>): PackageRecord {
  return {
    category: one.category,
    name: one.name,
    version: one.version,
    requires: one.requires ?? [],
    conflicts: one.conflicts ?? [],
    provides: one.provides ?? [],
    hidden: one.hidden ?? false,
    labels: one.labels ?? new Map(),
    annotations: one.annotations ?? new Map(),
    description: one.description ?? '',
    license: one.license ?? '',
    uri: one.uri ?? [],
    useFlags: one.useFlags ?? [],
    buildTimestamp: one.buildTimestamp ?? '',
  };
}

/** For metadata.yaml: every key, in the order in which luet writes them. */
export function toMetadataRecord(one: PackageRecord): Record<string, unknown> {
  return {
    id: 0,
    name: one.name,
    version: one.version,
    category: one.category,
    useflags: one.useFlags,
    state: '',
    packagerequires: one.requires.map((each) => toMetadataRecord(createRecord(each))),
    packageconflicts: one.conflicts.map((each) => toMetadataRecord(createRecord(each))),
    provides: one.provides.map((each) => toMetadataRecord(createRecord(each))),
    hidden: one.hidden,
    annotations: toSortedObject(one.annotations),
    path: '',
    description: one.description,
    uri: one.uri,
    license: one.license,
    buildtimestamp: one.buildTimestamp,
    labels: toSortedObject(one.labels),
    treedir: '',
    origindockerfile: '',
  };
}

/** For the index and the runtime tree: keys sorted, empty ones left out but for `requires` and `conflicts`. */
export function toIndexRecord(one: PackageRecord): Record<string, unknown> {
  const entries: [string, unknown][] = [
    ['annotations', one.annotations.size === 0 ? undefined : toSortedObject(one.annotations)],
    ['buildtimestamp', one.buildTimestamp === '' ? undefined : one.buildTimestamp],
    ['category', one.category],
    ['conflicts', one.conflicts.map((each) => toIndexRecord(createRecord(each)))],
    ['description', one.description === '' ? undefined : one.description],
    ['hidden', one.hidden ? true : undefined],
    ['id', 0],
    ['labels', one.labels.size === 0 ? undefined : toSortedObject(one.labels)],
    ['license', one.license === '' ? undefined : one.license],
    ['name', one.name],
    ['provides', one.provides.length === 0 ? undefined : one.provides.map((each) => toIndexRecord(createRecord(each)))],
    ['requires', one.requires.map((each) => toIndexRecord(createRecord(each)))],
    ['uri', one.uri.length === 0 ? undefined : one.uri],
    ['use_flags', one.useFlags.length === 0 ? undefined : one.useFlags],
    ['version', one.version],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Reads either spelling. Undefined when `node` is no mapping with a name. */
export function readRecord(decoder: Decoder, node: YamlNode, what: string): PackageRecord | undefined {
  const mapping = decoder.mapping(node, what);
  if (mapping === undefined) return undefined;
  const fields = fieldsOf(decoder, mapping, RECORD_KEYS);
  function read<T>(keys: readonly string[], absent: T, decode: (value: YamlNode, name: string) => T): T {
    const entry = keys.map((key) => fields.get(key)).find((one) => one !== undefined);
    return entry === undefined ? absent : decode(entry.value, `${what}.${entry.key.text}`);
  }
  const text = (value: YamlNode, name: string): string => decoder.text(value, name);
  const texts = (value: YamlNode, name: string): readonly string[] => decoder.texts(value, name);
  const textMap = (value: YamlNode, name: string): ReadonlyMap<string, string> => decoder.textMap(value, name);
  const references = (value: YamlNode, name: string): readonly PackageReference[] => readReferences(decoder, value, name);
  const name = read(['name'], '', text);
  if (name === '') {
    decoder.error('LUET_MISSING_KEY', `${what} has no name`, mapping.at);
    return undefined;
  }
  return {
    category: read(['category'], '', text),
    name,
    version: read(['version'], '', text),
    requires: read(['requires', 'packagerequires'], [], references),
    conflicts: read(['conflicts', 'packageconflicts'], [], references),
    provides: read(['provides'], [], references),
    hidden: read(['hidden'], false, (value, key) => decoder.boolean(value, key)),
    labels: read(['labels'], NO_TEXTS, textMap),
    annotations: read(['annotations'], NO_TEXTS, textMap),
    description: read(['description'], '', text),
    license: read(['license'], '', text),
    uri: read(['uri'], [], texts),
    useFlags: read(['use_flags', 'useflags'], [], texts),
    buildTimestamp: read(['buildtimestamp'], '', text),
  };
}

export function toSortedObject(map: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => compareCodeUnits(a, b)));
}

const NO_TEXTS: ReadonlyMap<string, string> = new Map();
const RECORD_KEYS = [
  'category', 'name', 'version', 'requires', 'packagerequires', 'conflicts', 'packageconflicts', 'provides', 'hidden', 'labels',
  'annotations', 'description', 'license', 'uri', 'use_flags', 'useflags', 'buildtimestamp',
];
