// templates/*.json and legacy-helm/*.json: one rendering each. Every case runs twice: by the template library alone, and through the
// package library as a recipe is rendered (its own reader of YAML and its own merge of values).

import { createGoTemplateRender, mergeValues as mergePackageValues, parseYaml, readValues, valuesFromCollection, valuesFromYaml } from '@cos/luet';
import type { RenderResult, ValueMap } from '@cos/luet';
import { GoMap, mergeValues, parseGoYaml, renderTemplate } from '@cos/go-template';
import type { Engine } from '@cos/go-template';
import { compare, isListOf } from '../vector.ts';
import type { Mismatch, VectorKind } from '../vector.ts';
import { surroundings } from '../surroundings.ts';

interface TemplateCase {
  readonly name: string;
  readonly template: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly valuesYaml?: string;
  readonly definition?: Readonly<Record<string, unknown>>;
  readonly definitionYaml?: string;
  readonly collection?: boolean;
  readonly shared?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly expect?: string;
  readonly error?: { readonly phase: 'parse' | 'exec' | 'values'; readonly line?: number; readonly col?: number };
}

interface Outcome {
  readonly text?: string;
  readonly phase?: string;
  readonly line?: number;
  readonly col?: number;
  readonly message?: string;
}

export const templates: VectorKind = ({ path, content }) => {
  if (!isListOf(content, ['name', 'template'])) return undefined;
  const engine = engineOf(path);
  return (content as readonly TemplateCase[]).map((one) => ({
    name: one.name,
    check: () => [...judge('rendered alone', one, renderAlone(one, engine)), ...judge('rendered as a recipe', one, renderAsRecipe(one, engine))],
  }));
};

/** `legacy-helm/…` and files named after a release of helm were recorded from the engine before 2022. */
function engineOf(path: string): Engine {
  return path.split('/').some((part) => part === 'legacy-helm' || /^helm-\d/.test(part)) ? 'helm' : 'luet';
}

function judge(what: string, { expect, error }: TemplateCase, outcome: Outcome): Mismatch[] {
  if (error === undefined) return compare(what, { text: expect }, outcome);
  const { phase, line, col } = error;
  const expected = { phase, ...(line === undefined ? {} : { line }), ...(col === undefined ? {} : { col }) };
  const found = { phase: outcome.phase, ...(line === undefined ? {} : { line: outcome.line }), ...(col === undefined ? {} : { col: outcome.col }) };
  return compare(what, expected, found).map((mismatch) => ({ ...mismatch, expected: error, found: outcome }));
}

function renderAlone(one: TemplateCase, engine: Engine): Outcome {
  const layers: GoMap[] = [];
  for (const [text, form] of [[valuesText(one), 'yaml'], [definitionText(one), one.collection === true ? 'json' : 'yaml']] as const) {
    const read = parseGoYaml(text, { form });
    if (!read.ok) return { phase: 'values', message: read.error.message };
    layers.push(read.value);
  }
  const values = engine === 'helm' ? fillIn(layers) : mergeValues(...layers);
  const result = renderTemplate(sourceOf(one), { engine, values, ...surroundings(), ...(one.env === undefined ? {} : { env: one.env }) });
  if (result.ok) return { text: result.value };
  const { code, line, column, message } = result.error;
  return code === 'parse' ? { phase: 'parse', line, message } : { phase: 'exec', line, col: column, message };
}

/** Phases and columns in bytes are known to the template library only, and a recipe's mistakes are placed where they begin. An error has to be one. */
function renderAsRecipe(one: TemplateCase, engine: Engine): Outcome {
  const file = readValues(valuesText(one), 'values.yaml');
  const { root, problems } = parseYaml({ text: definitionText(one), file: 'definition.yaml', duplicateKeys: 'warning' });
  if ([...file.problems, ...problems].some(({ severity }) => severity === 'error')) return { phase: 'values' };
  const own = root?.kind !== 'mapping' ? undefined : one.collection === true ? valuesFromCollection(root) : valuesFromYaml(root);
  const layers = own === undefined ? [file.values] : [own, file.values];
  const values = engine === 'helm' ? fillInPackage(layers.toReversed()) : mergePackageValues(layers, 'luet');
  const render = createGoTemplateRender({ engine, ...surroundings(), ...(one.env === undefined ? {} : { env: one.env }) });
  const result: RenderResult = render({ source: sourceOf(one), name: 'build.yaml', values });
  if (result.ok) return { text: result.text };
  const { phase, line, col } = one.error ?? {};
  const place = { ...(line === undefined ? {} : { line }), ...(col === undefined ? {} : { col }) };
  return { message: result.message, ...(phase === undefined || phase === 'values' ? {} : { phase }), ...place };
}

function valuesText({ valuesYaml, values }: TemplateCase): string {
  return valuesYaml ?? JSON.stringify(values ?? {});
}

function definitionText({ definitionYaml, definition }: TemplateCase): string {
  return definitionYaml ?? JSON.stringify(definition ?? {});
}

function sourceOf({ shared = [], template }: TemplateCase): string {
  return [...shared, template].join('');
}

/** Before 2022 the definition only filled in keys that were missing at the top. The strongest first. */
function fillIn(layers: readonly GoMap[]): GoMap {
  const result = new GoMap('string');
  for (const layer of layers) for (const [key, value] of layer.entries()) if (!result.has(key)) result.set(key, value);
  return result;
}

function fillInPackage(layers: readonly ValueMap[]): ValueMap {
  return { keys: 'text', entries: new Map(layers.toReversed().flatMap(({ entries }) => [...entries])) };
}
