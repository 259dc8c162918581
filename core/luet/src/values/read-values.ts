// YAML nodes to template data, in the two ways that packages are read. From a definition or a values file: scalars as YAML 1.1
// has them, keys of the top level always text. From a collection: by way of JSON, so all numbers are floats and all keys text
// (an unquoted key `n` becomes "false").

import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { parseYaml } from '../yaml.ts';
import type { YamlMapping, YamlNode } from '../yaml.ts';
import { printScalar } from '../yaml-scalar.ts';
import { NO_VALUES } from './value.ts';
import type { Value, ValueMap } from './value.ts';

export interface ReadValuesResult {
  readonly values: ValueMap;
  readonly problems: readonly Problem[];
}

/** Reads a values file. An empty file is no values; a list or a scalar at the top is an error. */
export function readValues(text: string, file: string): ReadValuesResult {
  const { root, problems } = parseYaml({ text, file, duplicateKeys: 'warning' });
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) return { values: NO_VALUES, problems };
  if (root.kind === 'mapping') return { values: valuesFromYaml(root), problems };
  const found = root.kind === 'sequence' ? 'a list' : 'a single value';
  const problem = createProblem('error', 'LUET_WRONG_TYPE', 'a values file must hold a mapping', root.at, {
    expected: 'a mapping',
    found,
  });
  return { values: NO_VALUES, problems: [...problems, problem] };
}

/** Values of a definition or a values file. */
export function valuesFromYaml(mapping: YamlMapping): ValueMap {
  const entries = mapping.entries.map(({ key, value }): [string, Value] => [key.text, toValue(value)]);
  return { keys: 'text', entries: new Map(entries) };
}

/** Values of an entry of a collection. */
export function valuesFromCollection(mapping: YamlMapping): ValueMap {
  const entries = mapping.entries.map(({ key, value }): [string, Value] => [printScalar(key.value), toJsonValue(value)]);
  return { keys: 'text', entries: new Map(entries) };
}

function toValue(node: YamlNode): Value {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return node.items.map(toValue);
    case 'mapping':
      return { keys: 'any', entries: new Map(node.entries.map(({ key, value }) => [key.value, toValue(value)])) };
    default: {
      const never: never = node;
      return never;
    }
  }
}

function toJsonValue(node: YamlNode): Value {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'bigint' ? Number(node.value) : node.value;
    case 'sequence':
      return node.items.map(toJsonValue);
    case 'mapping':
      return valuesFromCollection(node);
    default: {
      const never: never = node;
      return never;
    }
  }
}
