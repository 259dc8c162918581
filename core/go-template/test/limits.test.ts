// Templates that want too much stop with a located error, whatever the values.
import { describe, expect, it } from 'vitest';
import { defaultLimits, renderTemplate } from '../src/index.ts';
import type { Limits } from '../src/index.ts';

const nestedParentheses = `{{ ${'('.repeat(2_000)}1${')'.repeat(2_000)} }}`;
const nestedBlocks = `${'{{ if 1 }}'.repeat(2_000)}${'{{ end }}'.repeat(2_000)}`;

const ten = (name: string): string => Array.from({ length: 10 }, () => name).join(',');
const anchors = `a: &a [${ten('x')}]\\nb: &b [${ten('*a')}]\\nc: &c [${ten('*b')}]\\nd: [${ten('*c')}]`;

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
    ['that puts a list into itself twice, many times over', '{{ $l := list "a" }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}', {}, /the value is too large/],
    ['that compares such lists', '{{ $l := list "a" }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ deepEqual $l (list $l) }}', {}, /functions made more than/],
    ['that writes such lists as YAML', '{{ $l := list "a" }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ toYaml $l }}', {}, /functions made more than/],
    ['that compiles large patterns', '{{ range until 100000 }}{{ $x := regexMatch "(a{500}|b{500})" "a" }}{{ end }}', { memory: 20_000_000 }, /functions made more than/],
    ['that derives many passwords', '{{ range until 1000 }}{{ $x := derivePassword 1 "pin" "p" "u" "s" }}{{ end }}', { memory: 10_000_000 }, /functions made more than/],
    ['that compares each of many with each', '{{ uniq (until 1000000) }}', { memory: 50_000_000 }, /functions made more than/],
    ['that lets YAML anchors multiply', `{{ range until 100000 }}{{ $m := fromYaml "${anchors}" }}{{ end }}`, { memory: 10_000_000 }, /functions made more than/],
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
    for (const name of ['toYaml', 'toJson', 'toToml', 'deepCopy', 'toString']) {
      expect(renderTemplate(`{{ $d := dict }}{{ $_ := set $d "a" $d }}[{{ ${name} $d }}]`)).toMatchObject({ ok: false, error: { code: 'limit' } });
    }
  });
});

describe('a long text takes time in proportion to its length', () => {
  it.each(['snakecase $t', 'kebabcase $t', 'camelcase $t', 'float64 $t', 'toYaml $t', 'durationRound $t', 'wrap 1 $t', 'title $t', 'int $t'])('for %s', (call) => {
    for (const piece of ['aB', '1', '1.', ' x', '0x', '-_']) {
      const result = renderTemplate(`{{ $t := repeat 200000 "${piece}" }}{{ $t = printf "%sx" $t }}{{ $x := ${call} }}`);
      expect(result.ok).toBe(true);
    }
  }, 10_000);
});

describe('a regular expression', () => {
  it('takes time that grows with the text only', () => {
    const result = renderTemplate('{{ regexMatch "^(a+)+$" (printf "%s!" (repeat 5000 "a")) }}');
    expect(result).toEqual({ ok: true, value: 'false' });
  });
});
