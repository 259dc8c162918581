// The usual engine: Go templates by @cos/go-template. Values get the types that luet gives them, which templates can tell apart.

import { GoInt, GoList, GoMap, prepareStart, renderTemplate } from '@cos/go-template';
import type { GoValue, PreparedStart, RenderOptions } from '@cos/go-template';
import { isValueMap } from '../values/value.ts';
import type { Value, ValueKey, ValueMap } from '../values/value.ts';
import { refinePlace } from './refine-place.ts';
import type { RenderTemplate } from './render-template.ts';

/**
 * What is given to every rendering; by default no environment, no clock and no randomness. `env` holds the declared variables: one that is
 * declared and not set is empty text.
 */
export type GoTemplateOptions = Omit<RenderOptions, 'values' | 'name' | 'start'>;

export function createGoTemplateRender(options: GoTemplateOptions = {}): RenderTemplate {
  let known: { readonly shared: string; readonly start: PreparedStart } | undefined;
  return ({ source, shared = '', values }) => {
    if (known?.shared !== shared) known = { shared, start: prepareStart(shared, options) };
    const variables = new Map<string, string | undefined>();
    const onEnvRead = (name: string): void => {
      variables.set(name, Object.hasOwn(options.env ?? {}, name) ? options.env?.[name] : undefined);
      options.onEnvRead?.(name);
    };
    const result = renderTemplate(source, { ...options, start: known.start, values: toTemplateValues(values), onEnvRead });
    if (result.ok) return { ok: true, text: result.value, ...(variables.size === 0 ? {} : { variables }) };
    const { code, reason, line, column, hint } = result.error;
    const fault = { message: reason, line, column: characterColumn(source, line, column) };
    return { ok: false, ...(code === 'parse' ? refinePlace(source, fault) : fault), ...(hint === undefined ? {} : { hint }) };
  };
}

/** A new map each time, because templates may change what they are given. */
export function toTemplateValues(values: ValueMap): GoMap {
  const map = new GoMap(values.keys === 'text' ? 'string' : 'interface {}');
  for (const [key, value] of values.entries) map.set(toGoKey(key), toGoValue(value));
  return map;
}

function toGoValue(value: Value): GoValue {
  if (isValueMap(value)) return toTemplateValues(value);
  if (typeof value === 'bigint') return toGoInt(value);
  if (value === null || typeof value !== 'object') return value;
  return new GoList(value.map(toGoValue));
}

function toGoKey(key: ValueKey): GoValue {
  return typeof key === 'bigint' ? toGoInt(key) : key;
}

function toGoInt(value: bigint): GoInt {
  return new GoInt(value, BigInt.asIntN(64, value) === value ? 'int' : 'uint64');
}

/** From bytes counted from 0 to characters counted from 1. */
function characterColumn(source: string, line: number, bytes: number): number {
  const text = source.split('\n')[line - 1] ?? '';
  return Buffer.from(text, 'utf8').subarray(0, bytes).toString('utf8').length + 1;
}
