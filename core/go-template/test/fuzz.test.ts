// Whatever the text and the values: a result or a `TemplateError`, soon. FUZZ_RUNS makes it as long as wanted.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TemplateError, compileTemplate, parseGoYaml, prepareStart, renderTemplate } from '../src/index.ts';
import { anyCall, anyTemplate, anyValues } from './support/arbitraries.ts';
import { createRandom } from './support/vectors.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 2_000);
/** Long runs take longer than a test is given. */
const patience = 30_000 + numRuns * 2;
const limits = { steps: 20_000, output: 100_000, memory: 1_000_000 };
const surroundings = { now: new Date('2026-11-21T10:00:00Z'), random: createRandom() };

describe('random input', () => {
  it('parses or fails with a located error', () => {
    fc.assert(
      fc.property(anyTemplate, (source) => {
        const result = compileTemplate(source, { limits });
        if (!result.ok) {
          expect(result.error).toBeInstanceOf(TemplateError);
          expect(result.error.line).toBeGreaterThan(0);
          expect(result.error.line).toBeLessThanOrEqual(source.split('\n').length);
        }
      }),
      { numRuns },
    );
  }, patience);

  it('renders or fails with a located error, under both engines', () => {
    fc.assert(
      fc.property(fc.oneof(anyTemplate, anyCall), anyValues, fc.constantFrom('luet' as const, 'helm' as const), (source, values, engine) => {
        const result = renderTemplate(source, { engine, values, limits, ...surroundings });
        if (result.ok) expect(result.value.isWellFormed()).toBe(true);
        else expect(result.error).toBeInstanceOf(TemplateError);
      }),
      { numRuns },
    );
  }, patience);

  it('gives the same result twice', () => {
    fc.assert(
      fc.property(fc.oneof(anyTemplate, anyCall), anyValues, (source, values) => {
        const [first, second] = [0, 1].map(() => renderTemplate(source, { values, limits, now: surroundings.now, random: createRandom() }));
        expect(describeResult(first!)).toBe(describeResult(second!));
      }),
      { numRuns: numRuns / 4 },
    );
  }, patience);

  it('gives the same result when the beginning was prepared', () => {
    const cut = fc.oneof(anyTemplate, anyCall).chain((source) => fc.tuple(fc.constant(source), fc.nat({ max: source.length })));
    fc.assert(
      fc.property(cut, anyTemplate, anyValues, fc.constantFrom('luet' as const, 'helm' as const), ([source, at], end, values, engine) => {
        const text = source.slice(0, at) + end;
        const start = prepareStart(source.slice(0, at), { engine, limits });
        const [plain, prepared] = [undefined, start].map((each) => renderTemplate(text, { engine, values, limits, now: surroundings.now, random: createRandom(), ...(each === undefined ? {} : { start: each }) }));
        expect(describeResult(prepared!)).toBe(describeResult(plain!));
      }),
      { numRuns },
    );
  }, patience);

  it('leaves text without actions alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }).filter((text) => !text.includes('{{')), (text) => {
        expect(renderTemplate(text)).toEqual({ ok: true, value: text.toWellFormed() });
      }),
      { numRuns },
    );
  }, patience);

  it('reads any YAML text or says what is wrong with it', () => {
    const yamlish = fc.string({ unit: fc.constantFrom('a', ': ', '- ', '\n', '  ', '[', ']', '{', '}', ',', '"', "'", '|', '>', '&a ', '*a', '!!int ', '#', '~', '<<: ', '0', '1e3', '\t', '?', 'é') });
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string()), (text) => {
        const result = parseGoYaml(text);
        if (!result.ok) expect(result.error.message).toMatch(/^(yaml:|!!binary)/);
      }),
      { numRuns },
    );
  }, patience);
});

function describeResult(result: ReturnType<typeof renderTemplate>): string {
  return result.ok ? result.value : `${result.error.message}\n${result.error.frame}`;
}
