// Reading and merging of values files, on cases recorded from luet.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emitGoYaml, mergeValues, parseGoYaml, toJavaScript } from '../../src/index.ts';
import type { GoMap } from '../../src/index.ts';
import { fixtures } from '../support/vectors.ts';

interface MergeVector {
  readonly name: string;
  readonly files: readonly string[];
  readonly definition?: string;
  readonly expectYaml?: string;
  readonly expect?: unknown;
  readonly error?: { readonly message: string };
}

const vectors = JSON.parse(readFileSync(new URL('merge.json', fixtures), 'utf8')) as readonly MergeVector[];

describe('mergeValues', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, { files, definition, expectYaml, expect: plain, error }) => {
    const layers: GoMap[] = [];
    for (const text of [...files.toReversed(), ...(definition === undefined ? [] : [definition])]) {
      const read = parseGoYaml(text);
      if (!read.ok) {
        expect(error?.message).toContain(read.error.message);
        return;
      }
      layers.push(read.value);
    }
    const merged = mergeValues(...layers);
    expect(error).toBeUndefined();
    expect(emitGoYaml(merged)).toBe(expectYaml);
    if (plain !== undefined) expect(toJavaScript(merged)).toEqual(plain);
  });

  it('leaves its arguments as they are', () => {
    const [strong, weak] = ['m: {a: 1}', 'm: {b: 2}'].map((text) => unwrap(parseGoYaml(text)));
    mergeValues(strong!, weak!);
    expect(emitGoYaml(strong!)).toBe('m:\n  a: 1\n');
    expect(emitGoYaml(weak!)).toBe('m:\n  b: 2\n');
  });
});

function unwrap<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: unknown }): Value {
  if (!result.ok) throw new Error(String(result.error));
  return result.value;
}
