// From an object of the user's program to the model that YAML files are read into, by the same decoders. Whatever is given, nothing is
// thrown: types say the same as the checks here, but nobody has to run a compiler.

import { Decoder } from '../decode.ts';
import { readBuildSpec } from '../package/build-spec.ts';
import type { BuildSpec } from '../package/build-spec.ts';
import { readDefinition } from '../package/definition.ts';
import type { PackageDefinition } from '../package/definition.ts';
import { readFinalizer } from '../package/finalizer.ts';
import type { Finalizer } from '../package/finalizer.ts';
import { isError } from '../problem.ts';
import type { Location, Problem } from '../problem.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml.ts';
import { readContext } from './read-context.ts';
import { BUILD_FIELDS, COPY_FIELDS, DEFINITION_FIELDS, FINALIZER_FIELDS, OTHER_FIELDS, RUNTIME_FIELDS, SUBPACKAGE_FIELDS } from './field-names.ts';
import { renameFields, toNode } from './object-node.ts';
import { toReference, toReferences } from './object-reference.ts';
import { toStepTexts } from './step-object.ts';

/** A package that an object describes. */
export interface ObjectPackage {
  readonly definition: PackageDefinition;
  /** Without a recipe: the requirements at run time, which count for building, too. */
  readonly spec: BuildSpec;
  /** False when the object says nothing of building: as a folder without build.yaml. */
  readonly hasRecipe: boolean;
  readonly finalizer: Finalizer | undefined;
  /** The folder that is the build context, relative to the workspace; undefined = none. */
  readonly context: string | undefined;
  /** The build context as texts by relative path, sorted. Empty with a folder. */
  readonly files: ReadonlyMap<string, string>;
}

export interface ReadPackageObjectResult {
  /** Undefined when its identity cannot be told. */
  readonly one: ObjectPackage | undefined;
  /** As it is written, also when the rest is unusable; '' = none. */
  readonly name: string;
  /** Of the identity and of what is said of the package. */
  readonly problems: readonly Problem[];
  /** Of how it is built. With errors `spec` is the readable rest. */
  readonly recipeProblems: readonly Problem[];
}

/** `at`: where the object is made. */
export function readPackageObject(data: unknown, at: Location): ReadPackageObjectResult {
  const decoder = new Decoder('data');
  const start = { ...at, field: { of: describe(data), path: '' } };
  const node = toNode(data, start, decoder);
  if (node.kind !== 'mapping') {
    if (decoder.problems.length === 0) decoder.mapping(node, 'a package');
    return { one: undefined, name: '', problems: decoder.problems, recipeProblems: [] };
  }
  const fields = new Map(renameFields(node, ALL_FIELDS, 'a package', decoder).entries.map((entry) => [entry.key.text, entry.value]));
  const part = (names: ReadonlyMap<string, string>): YamlMapping => ({ kind: 'mapping', at: start, entries: renameFields(pick(node, names), names, 'a package', decoder).entries });
  const runtime = fields.get('runtime');
  const runtimeEntries = runtime === undefined ? [] : (decoder.mapping(runtime, 'runtime')?.entries ?? []);
  const atRuntime = renameFields({ kind: 'mapping', at: start, entries: runtimeEntries }, RUNTIME_FIELDS, 'runtime', decoder).entries;
  const definition = readDefinition(mapReferences({ kind: 'mapping', at: start, entries: [...part(DEFINITION_FIELDS).entries, ...atRuntime] }, decoder), 'data');
  const build = part(BUILD_FIELDS);
  const recipe = readBuildSpec(mapReferences(build, decoder), 'data');
  if (!fields.has('category')) decoder.error('LUET_MISSING_KEY', 'the package has no category', start, { hint: "category: '' means none" });
  const finalizer = readGivenFinalizer(fields.get('finalizer'), decoder);
  const { context, files } = readContext(fields.get('context'), fields.get('files'), decoder);
  const recipeProblems = [...decoder.problems, ...recipe.problems];
  if (definition.definition === undefined || recipe.spec === undefined) return { one: undefined, name: definition.name, problems: [...definition.problems, ...recipeProblems], recipeProblems: [] };
  const hasRecipe = build.entries.length > 0;
  const spec = hasRecipe ? recipe.spec : { ...recipe.spec, requires: definition.definition.requires };
  return { one: { definition: { ...definition.definition, at: start }, spec, hasRecipe, finalizer, context, files }, name: definition.name, problems: definition.problems, recipeProblems };
}

function pick(mapping: YamlMapping, names: ReadonlyMap<string, string>): YamlMapping {
  return { ...mapping, entries: mapping.entries.filter(({ key }) => names.has(key.text)) };
}

/** References, steps, copies and subpackages in the form that YAML has. Keys are those of YAML. */
function mapReferences(mapping: YamlMapping, decoder: Decoder): YamlMapping {
  const entries = mapping.entries.map((entry): YamlEntry => {
    const name = entry.key.text;
    if (name === 'requires' || name === 'conflicts' || name === 'provides') return { ...entry, value: toReferences(entry.value, decoder) };
    if (name === 'prelude' || name === 'steps') return { ...entry, value: toStepTexts(entry.value, decoder) };
    if (name === 'copy') return { ...entry, value: mapItems(entry.value, (item) => toCopy(item, decoder)) };
    if (name === 'subpackages') return { ...entry, value: mapItems(entry.value, (item) => mapReferences(renameFields(item, SUBPACKAGE_FIELDS, 'a subpackage', decoder), decoder)) };
    return entry;
  });
  return { ...mapping, entries };
}

/** Undefined when its package cannot be told: that is reported, and what follows from it need not be. */
function toCopy(item: YamlMapping, decoder: Decoder): YamlMapping | undefined {
  const { entries, ...rest } = renameFields(item, COPY_FIELDS, 'a copy', decoder);
  const known = entries.flatMap((entry): YamlEntry[] => {
    const value = entry.key.text === 'package' ? toReference(entry.value, decoder) : entry.value;
    return value === undefined ? [] : [{ ...entry, value }];
  });
  return known.length < entries.length ? undefined : { ...rest, entries: known };
}

function mapItems(node: YamlNode, map: (item: YamlMapping) => YamlMapping | undefined): YamlNode {
  if (node.kind !== 'sequence') return node;
  const items = node.items.map((item) => (item.kind === 'mapping' ? map(item) : item));
  return { ...node, items: items.filter((item) => item !== undefined) };
}

function readGivenFinalizer(node: YamlNode | undefined, decoder: Decoder): Finalizer | undefined {
  const mapping = node === undefined ? undefined : decoder.mapping(node, 'finalizer');
  if (mapping === undefined) return undefined;
  const { finalizer, problems } = readFinalizer(renameFields(mapping, FINALIZER_FIELDS, 'finalizer', decoder), 'data');
  decoder.problems.push(...problems);
  return problems.some(isError) ? undefined : finalizer;
}

/** `category/name@version` as far as it is there, for messages. */
function describe(data: unknown): string {
  const text = (key: string): string => {
    const value: unknown = typeof data === 'object' && data !== null ? Reflect.get(data, key) : undefined;
    return typeof value === 'string' ? value.slice(0, MAX_SHOWN) : '';
  };
  const [category, name, version] = ['category', 'name', 'version'].map(text);
  if (name === undefined || name === '') return 'a package';
  return `${category === '' ? '' : `${category}/`}${name}${version === '' ? '' : `@${version}`}`;
}

const MAX_SHOWN = 80;
const ALL_FIELDS: ReadonlyMap<string, string> = new Map([...DEFINITION_FIELDS.keys(), ...BUILD_FIELDS.keys(), ...OTHER_FIELDS].map((name) => [name, name]));
