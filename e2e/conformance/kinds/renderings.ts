// luet/templating.json: a definition, values files in their order, a template; the text or luet's message.

import { createGoTemplateRender, mergeValues, parseYaml, readValues, valuesFromYaml } from '@cos/luet';
import { mergeValues as mergeGoValues, parseGoYaml, renderTemplate } from '@cos/go-template';
import type { GoMap } from '@cos/go-template';
import { compare, hasKeys, isListOf } from '../vector.ts';
import type { Mismatch, VectorKind } from '../vector.ts';
import { surroundings } from '../surroundings.ts';

interface Rendering {
  readonly template: string;
  readonly definition?: string;
  readonly values?: readonly string[];
  readonly expect?: string;
  readonly error?: string;
}

export const renderings: VectorKind = ({ content }) => {
  if (!hasKeys(content, ['definition', 'cases'])) return undefined;
  const { definition, cases } = content as { readonly definition: string; readonly cases: readonly Rendering[] };
  if (!isListOf(cases, ['template'])) return undefined;
  return cases.map((one) => ({ name: one.template, check: () => [...checkAlone(one, definition), ...checkAsRecipe(one, definition)] }));
};

function checkAlone({ template, values = [], expect, error, ...one }: Rendering, definition: string): Mismatch[] {
  const layers = [...values.toReversed(), one.definition ?? definition].map(readGoValues);
  const result = renderTemplate(template, { values: mergeGoValues(...layers), ...surroundings() });
  if (error === undefined) return compare('rendered alone', expect, result.ok ? result.value : result.error);
  if (result.ok) return [{ what: 'rendered alone', expected: error, found: result.value }];
  const place = /^template: :(\d+)(?::(\d+))?:/.exec(error);
  const { line, column, message } = result.error;
  const isPlaced = place === null || (Number(place[1]) === line && (place[2] === undefined || Number(place[2]) === column));
  return isPlaced ? [] : [{ what: 'rendered alone', expected: error, found: message }];
}

function checkAsRecipe({ template, values = [], expect, error, ...one }: Rendering, definition: string): Mismatch[] {
  const { root } = parseYaml({ text: one.definition ?? definition, file: 'definition.yaml' });
  const own = root?.kind === 'mapping' ? [valuesFromYaml(root)] : [];
  const layers = [...own, ...values.map((text) => readValues(text, 'values.yaml').values)];
  const result = createGoTemplateRender(surroundings())({ source: template, name: 'build.yaml', values: mergeValues(layers, 'luet') });
  if (error === undefined) return compare('rendered as a recipe', expect, result.ok ? result.text : result.message);
  return result.ok ? [{ what: 'rendered as a recipe', expected: error, found: result.text }] : [];
}

function readGoValues(text: string): GoMap {
  const result = parseGoYaml(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
