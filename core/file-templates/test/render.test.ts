import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { render, type TemplateProblem } from '../src/index.ts';

function text(source: string, data: object = {}): string {
  const result = render(source, { name: 'file.hbs', data });
  if (!result.ok) throw new Error(JSON.stringify(result.problem));
  return result.text;
}

function problem(source: string, data: object = {}, maxLength?: number): TemplateProblem {
  const result = render(source, { name: 'file.hbs', data, ...(maxLength === undefined ? {} : { maxLength }) });
  if (result.ok) throw new Error(`rendered: ${result.text}`);
  return result.problem;
}

test('values are written as they are, without escaping for HTML', () => {
  expect(text('{{a}} {{b.c}} {{n}} {{t}}', { a: `<&"'>`, b: { c: 'x' }, n: 0, t: false })).toBe(`<&"'> x 0 false`);
});

test('loops see position, key and the outer values; maps are walked by key in code units', () => {
  expect(text('{{#each list}}{{@index}}{{#unless @last}}{{this}}{{../sep}}{{/unless}}{{/each}}', { list: ['a', 'b'], sep: ';' })).toBe('0a;1');
  expect(text('{{#each map as |value key|}}{{key}}={{value.n}} {{/each}}', { map: { b: { n: 2 }, Z: { n: 1 } } })).toBe('Z=1 b=2 ');
  expect(text('{{#each none}}x{{else}}nothing{{/each}}', { none: [] })).toBe('nothing');
  expect(text('{{#each rows}}{{#each this}}{{@../index}}{{@index}} {{/each}}{{/each}}', { rows: [['a', 'b'], ['c']] })).toBe('00 01 10 ');
});

test('conditions choose by emptiness and by equality', () => {
  const source = '{{#if (eq kind "efi")}}E{{else if (not list)}}empty{{else}}full{{/if}}';
  expect([{ kind: 'efi', list: [] }, { kind: 'bios', list: [] }, { kind: 'bios', list: ['a'] }].map((data) => text(source, data))).toEqual(['E', 'empty', 'full']);
  expect(text('{{#if (eq n "1")}}same{{else}}other type{{/if}}', { n: 1 })).toBe('other type');
});

test('an unknown variable is told with place, lines around and a neighbour', () => {
  expect(problem('set timeout=10\nmenuentry "{{titel}}" {\n}\n', { title: 'x', timeout: 1 })).toMatchInlineSnapshot(`
    {
      "column": 14,
      "expected": "one of timeout, title",
      "file": "file.hbs",
      "found": ""titel"",
      "frame": [
        "  1 | set timeout=10",
        "> 2 | menuentry "{{titel}}" {",
        "    |              ^^^^^",
        "  3 | }",
        "  4 |",
      ],
      "hint": "did you mean "title"?",
      "kind": "unknown-variable",
      "length": 5,
      "line": 2,
      "message": "there is no variable named "titel"",
    }
  `);
});

test('names in conditions, arguments and inner keys are checked as well', () => {
  for (const source of ['{{#if x}}{{/if}}', '{{#each x}}{{/each}}', '{{json x}}', '{{join (json x) ","}}', '{{a.x}}', '{{a.b.x}}', '{{#with a}}{{x}}{{/with}}', '{{@x}}']) {
    expect(problem(source, { a: { b: {} } }).kind, source).toBe('unknown-variable');
  }
});

test('no name reaches a prototype or code', () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'a.constructor', 'a.__proto__.x', 'text.length', 'list.length', 'a.[constructor].[constructor]'];
  for (const name of names) expect(problem(`{{${name}}}`, { a: {}, text: 'x', list: [] }).kind, name).toBe('unknown-variable');
  expect(problem('{{#with (lookup a "constructor")}}{{/with}}', { a: {} }).kind).toBe('unknown-helper');
  expect(problem('{{f}}', { f: () => 'called' })).toMatchObject({ kind: 'bad-data', message: expect.stringContaining('data.f') });
  expect(text('{{[__proto__]}}', JSON.parse('{"__proto__":"own"}'))).toBe('own');
});

test('functions, blocks and syntax that do not exist are refused with a remedy', () => {
  const told = ['{{shelQuote a}}', '{{#eech a}}{{/eech}}', '{{> part}}', '{{#*inline "x"}}{{/inline}}', '{{json a indent=2}}', '{{eq a}}', '{{#if a b}}{{/if}}'].map((source) => {
    const { kind, message, hint } = problem(source, { a: 'x', b: 1 });
    return `${kind}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
  expect(told).toMatchInlineSnapshot(`
    [
      "unknown-helper: there is no function named "shelQuote" (did you mean "shellQuote"?)",
      "unknown-helper: there is no block named "eech" (did you mean {{#each …}}?)",
      "unsupported: partials are not supported in file templates (write the text out, or render the part first and give it as data)",
      "unsupported: decorators are not supported in file templates",
      "unsupported: named arguments are not supported, found "indent"",
      "syntax: eq is called with 1 arguments",
      "syntax: #if takes one argument, found 2",
    ]
  `);
});

test('a template that cannot be read is told with its place', () => {
  const places = ['x\n{{#if a}}\n y {{/each}}', 'x\n{{#if a}} y', 'a\nb {{}} s', 'a\nb {{ foo ( }} s', '{{a'].map((source) => {
    const { kind, line, column, expected, found } = problem(source, { a: 1 });
    return [kind, line, column, expected, found].join(' | ');
  });
  expect(places).toMatchInlineSnapshot(`
    [
      "syntax | 2 | 4 |  | ",
      "syntax | 2 | 12 | {{/ | the end of the template",
      "syntax | 2 | 5 | a name, a text in quotes, a number | }}",
      "syntax | 2 | 12 | a name, a text in quotes, a number | }}",
      "syntax | 1 | 3 | a name, a text in quotes, a number | a character that has no meaning there",
    ]
  `);
});

test('a brace of the text right after a value is told as what it is', () => {
  expect(problem('{"a": {"b": {{x}}}}', { x: 1 })).toMatchObject({ kind: 'syntax', line: 1, found: '}}}}', hint: 'put a space between }} and a brace of the text' });
  expect(text('{"b": {{x}} }', { x: 1 })).toBe('{"b": 1 }');
});

test('lists, maps and null are not written by accident', () => {
  for (const value of [['a'], { a: 1 }, null]) expect(problem('{{x}}', { x: value }).kind).toBe('wrong-value');
  expect(text('{{join x ", "}} {{json y}}', { x: ['a', 1], y: { b: [null] } })).toBe('a, 1 {"b":[null]}');
});

test('indent puts spaces before lines that are not empty', () => {
  expect(text('{{indent 2 x}}', { x: 'a\n\nb\n' })).toBe('  a\n\n  b\n');
});

test('a shell reads a quoted word as the value', () => {
  const value = `a 'b' "c" $HOME \`id\` \\ \n; -x`;
  expect(execFileSync('/bin/sh', ['-c', text('printf %s {{shellQuote v}}', { v: value })], { encoding: 'utf8' })).toBe(value);
});

test('words for GRUB refuse line breaks', () => {
  expect(text('{{grubQuote v}}', { v: `it's` })).toBe(String.raw`'it'\''s'`);
  expect(problem('{{grubQuote v}}', { v: 'a\nb' }).kind).toBe('wrong-value');
});

test('output and loops are bounded', () => {
  expect(problem('{{#each l}}{{../t}}{{/each}}', { l: [1, 2, 3], t: 'x'.repeat(50) }, 120)).toMatchObject({ kind: 'too-large', line: 1 });
  expect(problem('0123456789', {}, 5).kind).toBe('too-large');
  const list = Array.from({ length: 1100 }, () => 1);
  expect(problem('{{#each l}}{{#each ../l}}{{/each}}{{/each}}', { l: list }).kind).toBe('too-large');
});

test('two renderings of one template do not see each other', () => {
  expect([text('{{a}}', { a: 1 }), text('{{a}}', { a: 2 })]).toEqual(['1', '2']);
  expect(problem('{{a}}', { b: 1 }).file).toBe('file.hbs');
});
