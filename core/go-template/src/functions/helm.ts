// Functions of helm 3.3.4 that luet's own engine has not, or has in another way: YAML goes through JSON there.
import { decodeJsonList, decodeJsonMap } from '../json/decode.ts';
import { describeJsonType } from '../json/describe.ts';
import { encodeJson } from '../json/encode.ts';
import { GoPanic } from '../values/panic.ts';
import { GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { throughJson } from '../values/through-json.ts';
import { YamlError, decodeYaml } from '../yaml/decode.ts';
import { emitYaml } from '../yaml/emit.ts';
import { RequiredValue } from './context.ts';
import { contextual, fn } from './define.ts';
import type { FunctionTable } from './define.ts';
import { luetSerialisation, orEmpty, orErrorList, orErrorMap } from './serialise.ts';

export const helmFunctions: FunctionTable = {
  ...luetSerialisation,
  toYaml: fn(['interface {}'], (value) => orEmpty(() => emitYaml(decodeYaml(encodeJson(value))).replace(/\n$/, ''))),
  fromYaml: fn(['string'], (text) => orErrorMap(() => yamlOf(text, 'map[string]interface {}', (value) => value instanceof GoMap, () => decodeJsonMap('{}')))),
  fromYamlArray: fn(['string'], (text) => orErrorList(() => yamlOf(text, '[]interface {}', (value) => value instanceof GoList, () => decodeJsonList('null')))),
  required: fn(['string', 'interface {}'], (warning, value) => {
    if (value === null || value === '') throw new RequiredValue(warning);
    return value;
  }),
  lookup: fn(['string', 'string', 'string', 'string'], () => new GoMap('string')),
  tpl: contextual(['string', 'map[string]interface {}'], (context, text, data) => context.renderText(text, data)),
};

function yamlOf(text: string, type: string, fits: (value: GoValue) => boolean, empty: () => GoValue): GoValue {
  const value = throughJson(readYaml(text));
  if (value === null) return empty();
  if (!fits(value)) throw new GoPanic(`error unmarshaling JSON: json: cannot unmarshal ${describeJsonType(value)} into Go value of type ${type}`);
  return value;
}

function readYaml(text: string): GoValue {
  try {
    return decodeYaml(text);
  } catch (error) {
    if (error instanceof YamlError) throw new GoPanic(`error converting YAML to JSON: ${error.message}`);
    throw error;
  }
}
