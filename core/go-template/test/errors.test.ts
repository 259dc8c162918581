// What a user sees when a template is wrong.
import { describe, expect, it } from 'vitest';
import { TemplateError, compileTemplate, renderTemplate } from '../src/index.ts';
import type { RenderOptions } from '../src/index.ts';

describe('an error', () => {
  it('names the template, the line, the column in bytes, and shows the lines around', () => {
    const error = failure('a: 1\nb: "é" {{ .Values.m.x.y }}\nc: 3\n', { name: 'build.yaml', values: { m: {} } });
    expect(error).toMatchObject({ code: 'execute', templateName: 'build.yaml', line: 2, column: 18 });
    expect(error.message).toBe('template: build.yaml:2:18: executing "build.yaml" at <.Values.m.x.y>: nil pointer evaluating interface {}.y');
    expect(error.frame).toBe(['  1 | a: 1', '> 2 | b: "é" {{ .Values.m.x.y }}', '    |                  ^', '  3 | c: 3'].join('\n'));
    expect(error.hint).toBe('What stands before .y is missing or null. Test it first ({{ if … }} or {{ and … }}), or give it a value.');
  });

  it('of parsing has a column as well', () => {
    expect(failure('x\n  {{ nosuch }}')).toMatchObject({ code: 'parse', line: 2, column: 5, reason: 'function "nosuch" not defined' });
  });

  it.each([
    ['{{ defualt "a" .Values.b }}', 'Did you mean default?'],
    ['{{ toyaml .Values }}', 'Did you mean toYaml?'],
    ['{{ required "a" .Values.b }}', 'The engine `helm` has this function, `luet` has not.'],
    ['{{ zzzzzz }}', undefined],
    ['{{ eq .Values.n "5" }}', 'Convert one side with `int`, `float64` or `toString`.'],
    ['{{ upper .Values.n }}', 'Convert it with `toString`.'],
    ['{{ hasKey .Values.m "a" }}', 'Maps below the top of a YAML file are no dicts. Use `index` or a field on them, or build a `dict`.'],
  ])('of %s says what to do', (source, hint) => {
    expect(failure(source, { values: { n: 5, m: {} } }).hint).toBe(hint);
  });

  it('in an included template leads to the place where it happened', () => {
    const error = failure('{{ define "check" }}\n{{ fail "no" }}{{ end }}\n{{ include "check" . }}');
    expect(error).toMatchObject({ line: 3, column: 3 });
    expect(error.innermost).toMatchObject({ line: 2, column: 3, reason: 'error calling fail: no' });
  });

  it('is reported although the branch is never taken, when a function does not exist', () => {
    expect(failure('{{ if false }}{{ nosuch }}{{ end }}').code).toBe('parse');
  });

  it('keeps nothing of the output', () => {
    expect(renderTemplate('text {{ fail "x" }}')).not.toHaveProperty('value');
  });
});

describe('compileTemplate', () => {
  it('gives a template that renders several times, each time from the values given', () => {
    const compiled = compileTemplate('{{ define "b" }}{{ end }}{{ define "a" }}{{ end }}{{ .Values.n }}');
    if (!compiled.ok) throw compiled.error;
    expect(compiled.value.definitions).toEqual(['a', 'b']);
    expect(compiled.value.render({ values: { n: 1 } })).toEqual({ ok: true, value: '1' });
    expect(compiled.value.render({ values: { n: 2 } })).toEqual({ ok: true, value: '2' });
  });

  it('fails when the text is no template', () => {
    const compiled = compileTemplate('{{ if }}');
    expect(compiled).toMatchObject({ ok: false, error: { code: 'parse', reason: 'missing value for if' } });
    expect(!compiled.ok && compiled.error).toBeInstanceOf(TemplateError);
  });
});

function failure(source: string, options: RenderOptions = {}): TemplateError {
  const result = renderTemplate(source, options);
  if (result.ok) throw new Error(`No error, but ${JSON.stringify(result.value)}`);
  return result.error;
}
