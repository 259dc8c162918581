// Recorded cases: inputs, and what the real Go programs gave.
import { readFileSync, readdirSync } from 'node:fs';
import { mergeValues, parseGoYaml, renderTemplate, GoMap } from '../../src/index.ts';
import type { Engine, RenderOptions } from '../../src/index.ts';

export interface Vector {
  readonly name: string;
  readonly template: string;
  readonly values?: Record<string, unknown>;
  readonly valuesYaml?: string;
  readonly definition?: Record<string, unknown>;
  readonly definitionYaml?: string;
  readonly collection?: boolean;
  readonly shared?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly expect?: string;
  readonly error?: { readonly phase: 'parse' | 'exec' | 'values'; readonly line?: number; readonly col?: number; readonly message: string; readonly messageTruncated?: boolean };
  readonly note?: string;
}

export interface Outcome {
  readonly text?: string;
  readonly phase?: 'parse' | 'exec' | 'values';
  readonly line?: number;
  readonly col?: number;
  readonly message?: string;
}

export const fixtures = new URL('../fixtures/', import.meta.url);

export function readVectors(file: string): readonly Vector[] {
  return JSON.parse(readFileSync(new URL(file, fixtures), 'utf8')) as readonly Vector[];
}

export function listFixtures(folder: string): readonly string[] {
  return readdirSync(new URL(folder, fixtures)).sort();
}

/** Random bytes that are the same in each run. */
export function createRandom(seed = 1): (size: number) => Uint8Array {
  let state = seed;
  return (size) =>
    Uint8Array.from({ length: size }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    });
}

export const surroundings = { now: new Date('2026-11-21T10:00:00Z'), random: createRandom() } satisfies Partial<RenderOptions>;

export function runVector(vector: Vector, engine: Engine): Outcome {
  const layers: GoMap[] = [];
  const texts = [{ yaml: vector.valuesYaml, plain: vector.values }, { yaml: vector.definitionYaml, plain: vector.definition }];
  for (const [index, { yaml, plain }] of texts.entries()) {
    const form = index === 1 && vector.collection === true ? 'json' : 'yaml';
    const read = parseGoYaml(yaml ?? JSON.stringify(plain ?? {}), { form });
    if (!read.ok) return { phase: 'values', message: read.error.message };
    layers.push(read.value);
  }
  const values = engine === 'helm' ? shallowMerge(layers) : mergeValues(...layers);
  const source = [...(vector.shared ?? []), vector.template].join('');
  const result = renderTemplate(source, { engine, values, ...surroundings, ...(vector.env === undefined ? {} : { env: vector.env }) });
  if (result.ok) return { text: result.value };
  const { code, line, column, message } = result.error;
  return code === 'parse' ? { phase: 'parse', line, message } : { phase: 'exec', line, col: column, message };
}

/** Before 2022 the definition only filled in keys that were missing. */
function shallowMerge(layers: readonly GoMap[]): GoMap {
  const result = new GoMap('string');
  for (const layer of layers) for (const [key, value] of layer.entries()) if (!result.has(key)) result.set(key, value);
  return result;
}

