// What the YAML writer writes, the reader reads back as it was.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitGoYaml, fromJavaScript, parseGoYaml } from '../../src/index.ts';
import type { GoValue } from '../../src/index.ts';
import { deepEqual } from '../../src/values/deep-equal.ts';

const tricky = fc.constantFrom(
  'y', 'No', 'null', '~', '', '0755', '1e3', '.inf', '1:30', '2022-05-06', '- a', 'a: b', 'a #b', '# a', '|', "it's", '"q"', ' lead', 'trail ', 'a\n', 'a\n\n', '\n', '\na', 'a\nb',
  'a \nb', 'a\n b', 'tab\there', 'é', '🚀', '\u2028', '\u0085', '\ufeffa', '<<', '=', '---', '... a', '? a', '?', ':', 'a:', '*a', '&a', '!a', '%a', '@a', '`a`', '[a', '{a', 'a,b', '\r\n', '\x01',
  'long words '.repeat(20), `${'x'.repeat(100)} ${'y'.repeat(100)}`, `it's ${'long '.repeat(30)}`, `"${'long '.repeat(30)}`, `a\t${'long '.repeat(30)}`,
);
const text = fc.oneof(tricky, fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', "'", '"', '\\', '\t', 'é') }));
/** yaml.v2 writes the key `<<` without quotes, and reads it as a merge. */
const key = text.filter((word) => word !== '<<');
const leaf = fc.oneof(text, fc.boolean(), fc.constant(null), fc.integer(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.double({ noNaN: true }));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(key, tie('tree'), { maxKeys: 4, noNullPrototype: true })),
}));

describe('emitGoYaml and parseGoYaml', () => {
  it('are each other\'s reverse', () => {
    fc.assert(
      fc.property(tree, (data) => {
        const value = fromJavaScript({ key: data });
        const written = emitGoYaml(value);
        const read = parseGoYaml(written);
        if (!read.ok) throw new Error(`${read.error.message}\n${written}`);
        expect(deepEqual(asFloats(read.value), asFloats(value)), written).toBe(true);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 3_000) },
    );
  });
});

/** Whole floats are written without a point and come back as integers. */
function asFloats(value: GoValue): GoValue {
  return fromJavaScript(JSON.parse(JSON.stringify(plain(value))));
}

function plain(value: GoValue): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'number' ? `number ${value}` : value;
  if ('items' in value) return value.items.map(plain);
  if ('entries' in value) return [...value.entries()].map(([key, item]) => [plain(key), plain(item)]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return 'value' in value ? `number ${Number(value.value)}` : value;
}
