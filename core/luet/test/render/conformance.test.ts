// Recorded renderings of luet, with definitions and values read and merged by this package and rendered by the usual engine.
import { describe, expect, it } from 'vitest';
import templating from '../fixtures/luet/templating.json' with { type: 'json' };
import yamlValues from '../fixtures/templates/yaml-values.json' with { type: 'json' };
import { createGoTemplateRender, mergeValues, parseYaml, readValues, valuesFromJson } from '../../src/index.ts';
import type { ValueMap } from '../../src/index.ts';
import { valuesFromCollection, valuesFromYaml } from '../../src/values/read-values.ts';

const render = createGoTemplateRender();

interface Case {
  name?: string; template: string; expect?: string; error?: string | { phase: string; line?: number }; definition?: string | null;
  values?: string[] | Record<string, unknown>; valuesYaml?: string; definitionYaml?: string; collection?: boolean;
}

/** Undefined when a text cannot be read. */
function valuesOf(definition: string | undefined, isCollection: boolean, files: readonly (string | ValueMap)[]): ValueMap | undefined {
  const { root } = parseYaml({ text: definition ?? '{}', file: 'definition.yaml' });
  if (root?.kind !== 'mapping') return undefined;
  const own = isCollection ? valuesFromCollection(root) : valuesFromYaml(root);
  const read = files.map((file) => (typeof file === 'string' ? readValues(file, 'values.yaml') : { values: file, problems: [] }));
  if (read.some((one) => one.problems.some((problem) => problem.severity === 'error'))) return undefined;
  return mergeValues([own, ...read.map((one) => one.values)], 'luet');
}

function check(row: Case, values: ValueMap | undefined): void {
  const result = values === undefined ? undefined : render({ source: row.template, name: 'build.yaml', values });
  if (row.expect === undefined) expect(result?.ok ?? false).toBe(false);
  else expect(result).toEqual({ ok: true, text: row.expect });
}

describe('luet 0.35 renders', () => {
  it.each(templating.cases as Case[])('$template', (row) => {
    check(row, valuesOf(row.definition ?? templating.definition, row.collection ?? false, Array.isArray(row.values) ? row.values : []));
  });
});

describe('values read from YAML', () => {
  it.each(yamlValues as Case[])('$name', (row) => {
    const files = row.valuesYaml !== undefined ? [row.valuesYaml] : row.values === undefined || Array.isArray(row.values) ? [] : [valuesFromJson(row.values)];
    check(row, valuesOf(row.definitionYaml, row.collection ?? false, files));
  });
});
