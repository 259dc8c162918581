// Values files and package definitions, as luet reads and merges them.
import type { Result } from '../error.ts';
import { YamlError, decodeYaml, decodeYamlMap } from '../yaml/decode.ts';
import { emitYaml } from '../yaml/emit.ts';
import { deepCopy } from '../functions/defaults.ts';
import { mergeInto } from './merge.ts';
import { throughJson } from './through-json.ts';
import { GoMap } from './value.ts';
import type { GoValue } from './value.ts';

export interface ParseGoYamlOptions {
  /**
   * `yaml` (default): integers stay integers, nested maps have arbitrary keys. `json`: what an entry of a `collection.yaml` becomes on its
   * way through JSON: all numbers are floats, all maps have string keys.
   */
  readonly form?: 'yaml' | 'json';
}

export interface ValuesError {
  /** As yaml.v2 says it, where possible. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
}

/** The first document of a YAML 1.1 text whose top is a map; an empty text is an empty map. */
export function parseGoYaml(text: string, { form = 'yaml' }: ParseGoYamlOptions = {}): Result<GoMap, ValuesError> {
  try {
    if (form === 'yaml') return { ok: true, value: decodeYamlMap(text, 'template.templatedata') };
    const value = throughJson(decodeYaml(text));
    return { ok: true, value: value instanceof GoMap ? value : decodeYamlMap(text, 'template.templatedata') };
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return { ok: false, error: { message: error.message, line: error.line } };
  }
}

/**
 * Merges values, the strongest first: values files from last to first, then the definition. Each fills in what is missing or empty in the
 * ones before it, so that false, 0, "", empty lists and maps and null never override anything. Maps merge deeply, lists are replaced. Null
 * at the top level is as good as missing. The arguments are not changed.
 */
export function mergeValues(...layers: readonly GoMap[]): GoMap {
  const result = new GoMap('string');
  for (const layer of layers) {
    const copy = deepCopy(layer);
    if (copy instanceof GoMap) mergeInto(result, copy, false);
  }
  return result;
}

/** A value as yaml.v2 prints it. */
export function emitGoYaml(value: GoValue): string {
  return emitYaml(value);
}
