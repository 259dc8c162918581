// YAML, JSON and TOML. The functions without `must` hide failures: an unreadable text gives a map with the key `Error`, a value that JSON
// cannot carry (a nested YAML map!) the empty string.
import { decodeJson, decodeJsonList, decodeJsonMap } from '../json/decode.ts';
import { encodeJson } from '../json/encode.ts';
import type { JsonOptions } from '../json/encode.ts';
import { encodeToml } from '../toml/encode.ts';
import { GoPanic } from '../values/panic.ts';
import { GoList, stringMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { YamlError, decodeYamlList, decodeYamlMap } from '../yaml/decode.ts';
import { emitYaml } from '../yaml/emit.ts';
import { fn } from './define.ts';
import type { FunctionTable } from './define.ts';

/** Of sprig, under every engine. */
export const sprigSerialisation: FunctionTable = {
  toPrettyJson: fn(['interface {}'], (value) => jsonOrEmpty(value, { pretty: true })),
  // Fails where the others give nothing.
  toRawJson: fn(['interface {}'], (value) => encodeJson(value, { escapeHtml: false })),
  mustToJson: fn(['interface {}'], (value) => encodeJson(value)),
  mustToPrettyJson: fn(['interface {}'], (value) => encodeJson(value, { pretty: true })),
  mustToRawJson: fn(['interface {}'], (value) => encodeJson(value, { escapeHtml: false })),
  mustFromJson: fn(['string'], decodeJson),
};

/** Of luet itself. */
export const luetSerialisation: FunctionTable = {
  toYaml: fn(['interface {}'], (value) => orEmpty(() => emitYaml(value).replace(/\n$/, ''))),
  fromYaml: fn(['string'], (text) => orErrorMap(() => decodeYamlMap(text))),
  fromYamlArray: fn(['string'], (text) => orErrorList(() => decodeYamlList(text))),
  toJson: fn(['interface {}'], (value) => jsonOrEmpty(value)),
  fromJson: fn(['string'], (text) => orErrorMap(() => decodeJsonMap(text))),
  fromJsonArray: fn(['string'], (text) => orErrorList(() => decodeJsonList(text))),
  toToml: fn(['interface {}'], (value) => orMessage(() => encodeToml(value))),
};

function jsonOrEmpty(value: GoValue, options?: JsonOptions): string {
  return orEmpty(() => encodeJson(value, options));
}

export function orEmpty(make: () => string): string {
  return attempt(make, () => '');
}

export function orErrorMap(make: () => GoValue): GoValue {
  return attempt(make, (message) => stringMap([['Error', message]]));
}

export function orErrorList(make: () => GoValue): GoValue {
  return attempt(make, (message) => new GoList([message]));
}

function orMessage(make: () => string): string {
  return attempt(make, (message) => message);
}

function attempt<Value>(make: () => Value, recover: (message: string) => Value): Value {
  try {
    return make();
  } catch (error) {
    if (error instanceof GoPanic || error instanceof YamlError) return recover(error.message);
    throw error;
  }
}
