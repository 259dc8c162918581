import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { formatProblem, parseYaml, writeYaml } from '../src/index.ts';
import type { YamlNode, YamlScalar } from '../src/index.ts';

function parse(text: string): YamlNode {
  const { root, problems } = parseYaml({ text, file: 'x.yaml' });
  expect(problems).toEqual([]);
  return root!;
}

function scalar(text: string): YamlScalar {
  const root = parse(`v: ${text}\n`);
  const value = root.kind === 'mapping' ? root.entries[0]!.value : root;
  if (value.kind !== 'scalar') throw new Error('expected a scalar');
  return value;
}

function errorOf(text: string): string {
  const { root, problems } = parseYaml({ text, file: 'x.yaml' });
  expect(root).toBeUndefined();
  return problems.map(formatProblem).join('\n');
}

describe('unquoted scalars', () => {
  it.each<[string, unknown]>([
    ['+5', 5n], ['0899', 899], ['0o755', 493n], ['0755', 493n], ['0x1F', 31n], ['0b101', 5n], ['1_000', 1000n], ['-5', -5n],
    ['99999999999999999999', 1e20], ['18446744073709551615', 18446744073709551615n], ['9007199254740993', 9007199254740993n],
    ['1.5', 1.5], ['1.0', 1], ['1.10', 1.1], ['1.5e+3', 1500], ['.5', 0.5], ['1_0.5', 10.5], ['.inf', Infinity], ['-.Inf', -Infinity],
    ['No', false], ['y', true], ['N', false], ['True', true], ['on', true], ['OFF', false], ['yEs', 'yEs'],
    ['null', null], ['~', null], ['', null],
    ['2022-05-06T10:00:00Z', '2022-05-06T10:00:00Z'], ['1:30', '1:30'], ['a b  c', 'a b  c'], ['a #b', 'a'], ['=', '='], ['1e', '1e'], ['+', '+'],
    ['007', 7n], ['0009', 9], ['1.0.1', '1.0.1'], ['1.0-1', '1.0-1'], ['1.0+1', '1.0+1'],
    ["'5'", '5'], ['"y"', 'y'], ['!!str 5', '5'], ['!!int "5"', 5n], ['!!float 5', 5], ['!mine 5', '5'], ['!!binary aGVsbG8=', 'hello'],
  ])('%s', (text, value) => {
    expect(scalar(text).value).toBe(value);
  });

  it('keep their own text', () => {
    expect(scalar('1.10').text).toBe('1.10');
    expect(scalar('0755')).toMatchObject({ text: '0755', plain: true });
  });
});

describe('places', () => {
  it('are those of keys and values, quotes included', () => {
    const root = parse('a: 1\nb:\n  - x\n  - "yy"\n');
    if (root.kind !== 'mapping') throw new Error('expected a mapping');
    expect(root.entries.map((one) => one.key.at)).toMatchObject([{ line: 1, column: 1 }, { line: 2, column: 1 }]);
    const list = root.entries[1]!.value;
    expect(list.kind === 'sequence' && list.items.map((one) => one.at)).toMatchObject([
      { line: 3, column: 5, length: 1 }, { line: 4, column: 5, length: 4 },
    ]);
  });

  it('survive a byte order mark', () => {
    expect(parse('\uFEFFa: 1\n')).toMatchObject({ entries: [{ key: { text: 'a', at: { line: 1, column: 1 } } }] });
  });
});

describe('merging', () => {
  const keys = (text: string): unknown => {
    const root = parse(text);
    const last = root.kind === 'mapping' ? root.entries.at(-1)!.value : root;
    return last.kind === 'mapping' && last.entries.map((one) => [one.key.text, one.value.kind === 'scalar' && one.value.text, one.merged]);
  };

  it('lets own keys win, wherever they stand', () => {
    expect(keys('a: &a {x: 1, z: 9}\nd:\n  k: v\n  x: 2\n  <<: *a\n')).toEqual([['k', 'v', false], ['x', '2', false], ['z', '9', true]]);
    expect(keys('a: &a {x: 1}\nd:\n  !!merge <<: *a\n  x: 2\n')).toEqual([['x', '2', false]]);
  });

  it('lets the first of several mappings win', () => {
    expect(keys('a: &a {x: 1}\nb: &b {x: 2, w: 2}\nd:\n  <<: [*a, *b]\n')).toEqual([['x', '1', true], ['w', '2', true]]);
  });

  it('leaves a quoted << alone', () => {
    expect(keys('d:\n  "<<": x\n')).toEqual([['<<', 'x', false]]);
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a: [1, 2\n', 'x.yaml:1:4: LUET_YAML_SYNTAX: the [ has no end'],
    ['a:\n\tb: 1\n', 'x.yaml:2:1: LUET_YAML_SYNTAX'],
    ['a: *nothing\n', 'x.yaml:1:4: LUET_YAML_SYNTAX: the alias *nothing has no anchor above it'],
    ['a: &a [*a]\n', 'x.yaml:1:8: LUET_YAML_SYNTAX: the alias *a stands inside the node that it names'],
    ['? [a, b]\n: c\n', 'x.yaml:1:3: LUET_YAML_SYNTAX: a mapping key must be a scalar'],
    ['a: !!int abc\n', 'x.yaml:1:10: LUET_YAML_SYNTAX: "abc" cannot be read as'],
    ['a:\n  <<: 5\n', 'x.yaml:2:7: LUET_YAML_SYNTAX: a merge key takes a mapping'],
    ['a: \u0000\n', 'LUET_YAML_SYNTAX'],
    [`a: ${'['.repeat(200)}\n`, 'LUET_YAML_SYNTAX'],
  ])('%j', (text, message) => {
    expect(errorOf(text)).toContain(message);
  });

  it('includes aliases that multiply without bound', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i += 1) lines.push(`a${i}: &a${i} [${Array(10).fill(`*a${i - 1}`).join(', ')}]`);
    expect(errorOf(lines.join('\n'))).toContain('LUET_YAML_TOO_LARGE');
  });

  it('does not include a second document, which is left out with a warning', () => {
    const { root, problems } = parseYaml({ text: 'a: 1\n---\na: 2\n', file: 'x.yaml' });
    expect(root).toMatchObject({ entries: [{ value: { text: '1' } }] });
    expect(problems).toMatchObject([{ code: 'LUET_YAML_EXTRA_DOCUMENT', severity: 'warning' }]);
  });

  it('includes a key that is given twice, with both places', () => {
    const { problems } = parseYaml({ text: 'a: 1\nb: 2\na: 3\n', file: 'x.yaml' });
    expect(problems.map(formatProblem)).toEqual(['x.yaml:3:1: LUET_DUPLICATE_KEY: the key "a" is given twice in one mapping\n  first given here [x.yaml:1:1]']);
  });
});

describe('writing', () => {
  it('gives back every text and every key as text', () => {
    const tricky = fc.constantFrom('y', 'n', 'on', '0o_7', '0755', '1_000', '1:30', '2022-05-06', '<<', '', '~', '.5', '1e3', '- a', 'a: b', '#', ' x', 'a\nb\n', '---');
    const any = fc.oneof(tricky, fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 12 }));
    const property = fc.property(any, any, (key, value) => {
      const root = parse(writeYaml({ list: [value], [key]: value }));
      const entry = root.kind === 'mapping' ? root.entries.find((one) => one.key.value === key) : undefined;
      const found = key === 'list' || entry?.value.kind !== 'scalar' ? value : entry.value.value;
      expect(found).toBe(value);
    });
    fc.assert(property, { numRuns: 3000 });
  });
});
