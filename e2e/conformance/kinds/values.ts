// merge.json: values files over a definition by luet's rule, by the package library and by the template library.

import { emitGoYaml, mergeValues as mergeGoValues, parseGoYaml, toJavaScript } from '@cos/go-template';
import type { GoMap } from '@cos/go-template';
import { mergeValues, readValues, toTemplateValues, valuesToJson } from '@cos/luet';
import { compare, isListOf } from '../vector.ts';
import type { Mismatch, VectorKind } from '../vector.ts';

interface MergeCase {
  readonly name: string;
  readonly files: readonly string[];
  readonly definition?: string;
  readonly expect?: unknown;
  readonly expectYaml?: string;
  readonly error?: unknown;
}

export const merges: VectorKind = ({ content }) => {
  if (!isListOf(content, ['name', 'files'])) return undefined;
  return (content as readonly MergeCase[]).map((one) => ({
    name: one.name,
    check: () => [...judge('packages', one, mergeAsPackage(one)), ...judge('templates', one, mergeAsTemplate(one))],
  }));
};

interface Merged {
  readonly yaml: string;
  readonly json: unknown;
}

function judge(what: string, { expect, expectYaml, error }: MergeCase, merged: Merged | undefined): Mismatch[] {
  if (error !== undefined || merged === undefined) return compare(what, error === undefined ? expectYaml : undefined, merged?.yaml ?? 'error').concat(error !== undefined && merged !== undefined ? [{ what, expected: error, found: merged.yaml }] : []);
  return [...compare(`${what} as YAML`, expectYaml, merged.yaml), ...compare(`${what} as JSON`, sortKeys(expect), sortKeys(merged.json))];
}

/** The weakest first: the definition, then the files in the order of the command line. */
function textsOf({ files, definition }: MergeCase): readonly string[] {
  return definition === undefined ? files : [definition, ...files];
}

function mergeAsPackage(one: MergeCase): Merged | undefined {
  const read = textsOf(one).map((text, index) => readValues(text, `values-${index}.yaml`));
  if (read.some(({ problems }) => problems.some(({ severity }) => severity === 'error'))) return undefined;
  const merged = mergeValues(read.map(({ values }) => values), 'luet');
  return { yaml: emitGoYaml(toTemplateValues(merged)), json: valuesToJson(merged) };
}

function mergeAsTemplate(one: MergeCase): Merged | undefined {
  const layers: GoMap[] = [];
  for (const text of textsOf(one)) {
    const read = parseGoYaml(text);
    if (!read.ok) return undefined;
    layers.unshift(read.value);
  }
  const merged = mergeGoValues(...layers);
  return { yaml: emitGoYaml(merged), json: toJavaScript(merged) };
}

/** JSON objects have no order of keys. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortKeys(item)]));
}
