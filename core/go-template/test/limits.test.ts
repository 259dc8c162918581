// Templates that want too much stop with a located error, whatever the values.
import { describe, expect, it } from 'vitest';
import { defaultLimits, renderTemplate } from '../src/index.ts';
import type { Limits } from '../src/index.ts';

const nestedParentheses = `{{ ${'('.repeat(2_000)}1${')'.repeat(2_000)} }}`;
const nestedBlocks = `${'{{ if 1 }}'.repeat(2_000)}${'{{ end }}'.repeat(2_000)}`;

describe('a template is stopped', () => {
  it.each<[string, string, Partial<Limits>, RegExp]>([
    ['that makes more steps than allowed', '{{ range until 1000 }}{{ . }}{{ end }}', { steps: 500 }, /more than 500 steps/],
    ['that writes more than allowed', '{{ range until 1000 }}0123456789{{ end }}', { output: 5_000 }, /longer than 5000 characters/],
    ['that makes long strings', '{{ $x := "0123456789" }}{{ range until 20 }}{{ $x = repeat 10 $x }}{{ end }}', {}, /functions made more than/],
    ['that doubles lists', '{{ $l := list 1 }}{{ range until 100 }}{{ $l = concat $l $l }}{{ end }}', {}, /functions made more than/],
    ['that counts far', '{{ until 9223372036854775807 }}', {}, /functions made more than/],
    ['that indents far', '{{ indent 1000000000 "a" }}', {}, /functions made more than/],
    ['that replaces nothing by much', '{{ replace "" (repeat 100000 "x") (repeat 100000 "y") }}', {}, /functions made more than/],
    ['that pads much', '{{ range until 100000 }}{{ $x := printf "%999999d" 1 }}{{ end }}', {}, /functions made more than/],
    ['that includes itself', '{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}', {}, /more than 250 levels deep/],
    ['that calls itself', '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', {}, /more than 250 levels deep/],
    ['with too many parentheses', nestedParentheses, {}, /nest deeper than 500/],
    ['with too many blocks', nestedBlocks, {}, /nest deeper than 500/],
    ['that puts a map into itself', '{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ $d }}', {}, /contains itself/],
  ])('%s', (_what, source, limits, reason) => {
    const result = renderTemplate(source, { limits });
    expect(result).toMatchObject({ ok: false, error: { code: 'limit', line: 1 } });
    expect(!result.ok && result.error.innermost.reason).toMatch(reason);
  });

  it('with a hint that names the option', () => {
    const result = renderTemplate('{{ range until 100 }}{{ end }}', { limits: { steps: 1 } });
    expect(!result.ok && result.error.hint).toBe('Raise limits.steps if the template is meant to do this much.');
  });

  it('but not when it nests as deeply as the defaults allow', () => {
    const depth = defaultLimits.depth - 1;
    const source = `{{ define "a" }}{{ if gt . 0 }}{{ include "a" (sub . 1) }}{{ else }}end{{ end }}{{ end }}{{ include "a" ${depth - 1} }}`;
    expect(renderTemplate(source)).toEqual({ ok: true, value: 'end' });
    const parentheses = 400;
    expect(renderTemplate(`{{ ${'('.repeat(parentheses)}"in"${')'.repeat(parentheses)} }}`)).toEqual({ ok: true, value: 'in' });
  });

  it('and serialisers refuse a value that contains itself', () => {
    const source = (name: string): string => `{{ $d := dict }}{{ $_ := set $d "a" $d }}[{{ ${name} $d }}]`;
    expect(renderTemplate(source('toYaml'))).toEqual({ ok: true, value: '[]' });
    expect(renderTemplate(source('toJson'))).toEqual({ ok: true, value: '[]' });
    expect(renderTemplate(source('toToml'))).toEqual({ ok: true, value: '[toml: value nests too deeply, or contains itself]' });
  });
});

describe('a regular expression', () => {
  it('takes time that grows with the text only', () => {
    const result = renderTemplate('{{ regexMatch "^(a+)+$" (printf "%s!" (repeat 5000 "a")) }}');
    expect(result).toEqual({ ok: true, value: 'false' });
  });
});
