// build.yaml after rendering: how a package is built. An unknown key is an error here, because nothing else reads it: a misspelt
// `exludes` would silently ship everything. Fields of a definition that stand here are read by the original for relations only.

import { Decoder, fieldsOf } from '../decode.ts';
import type { Strictness } from '../decode.ts';
import type { Location, Problem } from '../problem.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml.ts';
import { readCopies, readSubpackages } from './build-spec-parts.ts';
import type { CopyItem, Subpackage } from './build-spec-parts.ts';
import { DEFINITION_KEYS } from './definition-keys.ts';
import { readReferences } from './reference.ts';
import type { PackageReference } from './reference.ts';
import type { PackageStep } from './step.ts';

export interface BuildSpec {
  /** Base image; '' = none. */
  readonly image: string;
  readonly requires: readonly PackageReference[];
  readonly conflicts: readonly PackageReference[];
  /** Replaces the definition's when it is not empty. */
  readonly provides: readonly PackageReference[];
  /** Build on an image put together from the requirements' archives. */
  readonly requiresFinalImages: boolean;
  /** Written with the 2021 key `join`; `requires` and `requiresFinalImages` say the same. */
  readonly isJoin: boolean;
  readonly copy: readonly CopyItem[];
  /** `K=V` lines. */
  readonly env: readonly string[];
  /** Commands of the builder image. */
  readonly prelude: readonly PackageStep[];
  /** Commands of the package image; a command may have several lines. */
  readonly steps: readonly PackageStep[];
  /** The archive holds the whole file system of the package image. */
  readonly unpack: boolean;
  /** The archive holds the content of this folder; '' = not used. */
  readonly packageDir: string;
  readonly includes: readonly string[];
  readonly excludes: readonly string[];
  /** Globs of files that are added to the build context. */
  readonly retrieve: readonly string[];
  readonly subpackages: readonly Subpackage[];
  /** Recorded and hashed; never a base image. */
  readonly seed: string;
  /** Where keys and list items stand: `steps`, `steps[2]`, `requires[0]`. */
  readonly positions: ReadonlyMap<string, Location>;
}

export interface ReadBuildSpecResult {
  /** Undefined when the text is no recipe at all; with smaller problems the readable rest is here. */
  readonly spec: BuildSpec | undefined;
  readonly problems: readonly Problem[];
}

/** Reads a recipe. `root` undefined (an empty file) is the empty recipe. `strictness` is that of names and versions; of all fields with `data`. */
export function readBuildSpec(root: YamlNode | undefined, strictness: Strictness = 'strict'): ReadBuildSpecResult {
  if (root === undefined) return { spec: EMPTY_BUILD_SPEC, problems: [] };
  const problems: Problem[] = [];
  const decoder = new Decoder(strictness === 'data' ? 'data' : 'lenient', problems);
  const mapping = decoder.mapping(root, 'a build recipe');
  if (mapping === undefined) return { spec: problems.length === 0 ? EMPTY_BUILD_SPEC : undefined, problems };
  return { spec: decodeBuildSpec(decoder, new Decoder(strictness, problems), mapping), problems };
}

/** Names and versions in relations are identity: read as strictly as a definition, unlike the rest of a recipe. */
function decodeBuildSpec(decoder: Decoder, identity: Decoder, mapping: YamlMapping): BuildSpec {
  const fields = fieldsOf(decoder, mapping, RECIPE_KEYS, (entry, suggestion) => reportUnknown(decoder, entry, suggestion));
  function read<T>(key: string, absent: T, decode: (node: YamlNode, what: string) => T): T {
    const entry = fields.get(key);
    return entry === undefined ? absent : decode(entry.value, key);
  }
  const text = (node: YamlNode, what: string): string => decoder.text(node, what);
  const texts = (node: YamlNode, what: string): readonly string[] => decoder.texts(node, what);
  const flag = (node: YamlNode, what: string): boolean => decoder.boolean(node, what);
  const references = (node: YamlNode, what: string): readonly PackageReference[] => readReferences(identity, node, what);
  const requires = read('requires', [], references);
  const join = read('join', [], references);
  const isJoin = fields.has('join');
  return {
    image: read('image', '', text),
    requires: [...requires, ...join],
    conflicts: read('conflicts', [], references),
    provides: read('provides', [], references),
    requiresFinalImages: isJoin || read('requires_final_images', false, flag),
    isJoin,
    copy: read<readonly CopyItem[]>('copy', [], (node) => readCopies(decoder, identity, node)),
    env: read('env', [], texts),
    prelude: read('prelude', [], texts),
    steps: read('steps', [], texts),
    unpack: read('unpack', false, flag),
    packageDir: read('package_dir', '', text),
    includes: read('includes', [], texts),
    excludes: read('excludes', [], texts),
    retrieve: read('retrieve', [], texts),
    subpackages: read<readonly Subpackage[]>('subpackages', [], (node) => readSubpackages(decoder, identity, node)),
    seed: read('seed', '', text),
    positions: positionsOf(fields),
  };
}

function reportUnknown(decoder: Decoder, entry: YamlEntry, suggestion: string | undefined): void {
  const key = entry.key.text;
  if (DEFINITION_KEYS.includes(key.toLowerCase())) {
    decoder.warn('LUET_NO_EFFECT', `"${key}" has no effect in a recipe`, entry.key.at, { hint: 'it belongs in definition.yaml' });
    return;
  }
  const renamed = RENAMED.get(key.toLowerCase());
  const nearest = renamed ?? suggestion;
  const hint = nearest === undefined ? `known keys: ${RECIPE_KEYS.join(', ')}` : `did you mean "${nearest}"?`;
  decoder.error('LUET_UNKNOWN_KEY', `unknown key "${key}" in a build recipe`, entry.key.at, { found: key, hint });
}

function positionsOf(fields: ReadonlyMap<string, YamlEntry>): ReadonlyMap<string, Location> {
  const positions = new Map<string, Location>();
  for (const [name, { key, value }] of fields) {
    positions.set(name, key.at);
    if (value.kind === 'sequence') value.items.forEach((item, index) => positions.set(`${name}[${index}]`, item.at));
  }
  return positions;
}

/** In lower case. The last three are read and overwritten by the original; here they are accepted and ignored. */
const RECIPE_KEYS: readonly string[] = [
  'image', 'requires', 'conflicts', 'provides', 'requires_final_images', 'join', 'copy', 'env', 'prelude', 'steps', 'unpack',
  'package_dir', 'includes', 'excludes', 'retrieve', 'subpackages', 'seed',
  'build_options', 'package', 'dockerfile',
];

const RENAMED: ReadonlyMap<string, string> = new Map([
  ['output_dir', 'package_dir'],
  ['step', 'steps'],
  ['from', 'image'],
  ['dependencies', 'requires'],
]);

export const EMPTY_BUILD_SPEC: BuildSpec = {
  image: '', requires: [], conflicts: [], provides: [], requiresFinalImages: false, isJoin: false, copy: [], env: [], prelude: [],
  steps: [], unpack: false, packageDir: '', includes: [], excludes: [], retrieve: [], subpackages: [], seed: '',
  positions: new Map(),
};
