import type { Diagnostic } from '../errors/diagnostic.ts';
import { failure, success, type Result } from '../errors/result.ts';
import { toPlain } from '../model/plain.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { readYamlValue } from './yaml.ts';

/** `--set a.b=value` as a path and a value. */
export interface SetValue {
  readonly path: readonly string[];
  readonly value: Json;
  readonly text: string;
}

/**
 * Reads the argument of `--set`: keys joined by dots (`\.` is a dot inside of a key), then the value as a YAML scalar or flow collection: `a.b=3`,
 * `a.list=[x, y]`, `a.text="3"`. Nothing after `=` is the empty text.
 */
export function readSetValue(text: string): Result<SetValue> {
  const equals = text.indexOf('=');
  if (equals <= 0) return failure(problem(text, 'Write for example --set kernel.flavour=rt.'));
  const path = text
    .slice(0, equals)
    .split(/(?<!\\)\./)
    .map((key) => key.replaceAll('\\.', '.'));
  if (path.some((key) => key === '')) return failure(problem(text, 'A key of the path is empty; `\\.` is a dot inside of a key.'));
  const given = text.slice(equals + 1);
  if (given === '') return success({ path, value: '', text });
  const read = readYamlValue(given);
  const plain = read === undefined ? undefined : toPlain(read.value);
  if (plain === undefined || !plain.ok) return failure(problem(text, `The value is read as YAML; quote it to make it text: --set '${text.slice(0, equals)}="..."'.`));
  return success({ path, value: plain.value, text });
}

/** The map that has the value at the path. */
export function asLayer({ path, value }: SetValue): JsonObject {
  const [first = '', ...rest] = path;
  const inner = rest.length === 0 ? value : asLayer({ path: rest, value, text: '' });
  return Object.fromEntries([[first, inner]]);
}

function problem(text: string, hint: string): Diagnostic {
  return { code: 'COS_CONFIG_SET', severity: 'error', message: `Expected --set path=value; found ${JSON.stringify(text)}.`, hint };
}
