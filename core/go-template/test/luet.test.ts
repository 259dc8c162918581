// Single renderings recorded from luet and from both engines' releases: definitions, values files, texts and messages.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeValues, parseGoYaml, renderTemplate } from '../src/index.ts';
import type { Engine, GoMap } from '../src/index.ts';
import { fixtures, surroundings } from './support/vectors.ts';

interface Rendering {
  readonly template: string;
  readonly definition?: string;
  readonly values?: readonly string[];
  readonly expect?: string;
  readonly error?: string;
}

const recorded = JSON.parse(readFileSync(new URL('luet/templating.json', fixtures), 'utf8')) as { readonly definition: string; readonly cases: readonly Rendering[] };

describe('a package definition rendered by luet', () => {
  it.each(recorded.cases.map((rendering) => [rendering.template, rendering] as const))('%s', (_template, { template, definition, values = [], expect: text, error }) => {
    const layers = [...values.toReversed(), definition ?? recorded.definition].map(read);
    const result = renderTemplate(template, { values: mergeValues(...layers), ...surroundings });
    expect(result.ok ? { text: result.value } : { error: result.error.message }).toEqual(error === undefined ? { text } : { error });
  });
});

interface Case {
  readonly Name: string;
  readonly T: string;
  readonly Values: string;
}

interface Answer {
  readonly Name: string;
  readonly Out: string;
  readonly Err: string;
}

const cases = readLines('gotemplate/cases.jsonl') as readonly Case[];

describe.each([
  { engine: 'luet', file: 'gotemplate/expected-luet-0.32.jsonl', prefix: '' },
  { engine: 'helm', file: 'gotemplate/expected-helm-3.3.4-as-luet-before-2022.jsonl', prefix: 'while rendering template: ' },
] satisfies { engine: Engine; file: string; prefix: string }[])('$engine answers as recorded in $file', ({ engine, file, prefix }) => {
  const answers = new Map((readLines(file) as readonly Answer[]).map((answer) => [answer.Name, answer]));

  it.each(cases.map((one) => [one.Name, one] as const))('%s', (name, { T: template, Values: values }) => {
    const { Out: text, Err: error } = answers.get(name)!;
    const result = renderTemplate(template, { engine, values: read(values), env: { HOME: '/root' }, ...surroundings });
    expect(result.ok ? { text: result.value } : { error: prefix + result.error.message }).toEqual(error === '' ? { text } : { error });
  });
});

function read(text: string): GoMap {
  const result = parseGoYaml(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function readLines(file: string): readonly unknown[] {
  return readFileSync(new URL(file, fixtures), 'utf8').trim().split('\n').map((line): unknown => JSON.parse(line));
}
