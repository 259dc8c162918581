import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { hintFor } from '../errors/did-you-mean.ts';
import type { Diagnostic } from '../errors/diagnostic.ts';
import { siteOf } from '../errors/declared-at.ts';
import { explainSystemError } from '../errors/explain-system-error.ts';
import { at } from '../errors/place.ts';
import { sentence } from '../errors/sentence.ts';
import { quote } from '../errors/schema-failures.ts';
import { isDerivative, type Derivative, type Platform } from '../model/distribution.ts';
import { isJsonObject, toPlain } from '../model/plain.ts';
import type { JsonObject } from '../model/json.ts';
import { overlay } from './overlay.ts';
import { asLayer, type SetValue } from './set-value.ts';
import { readYaml } from './yaml.ts';

/** One source of values. */
export interface Layer {
  /** For messages: `distribution "debian"`. */
  readonly what: string;
  readonly values: JsonObject;
  readonly site?: string | undefined;
  /** Absolute path of the YAML file that the values are read from. */
  readonly file?: string | undefined;
}

/** Layers of the request, which are the same for every variant. */
export interface RequestLayers {
  readonly files: readonly Layer[];
  readonly set: readonly SetValue[];
}

/**
 * The values of one derivative on one platform. Lowest first: the distribution, its platform, the derivative's values files, its values (those of the
 * derivative that it is from before), `--values` files, `--set`.
 */
export async function variantValues(
  derivative: Derivative,
  platform: Platform,
  request: RequestLayers,
  workspace: string,
  report: (diagnostic: Diagnostic) => void,
): Promise<{ readonly values: JsonObject; readonly layers: readonly Layer[] }> {
  const layers: Layer[] = [...(await declaredLayers(derivative, platform, workspace, report)), ...request.files];
  const known = new Set(layers.flatMap((layer) => Object.keys(layer.values)));
  for (const setting of request.set) {
    const [first = ''] = setting.path;
    if (!known.has(first)) report(unknownKey(first, setting.text, known));
    layers.push({ what: `--set ${setting.text}`, values: asLayer(setting) });
  }
  let values: JsonObject = Object.freeze({});
  for (const layer of layers) {
    values = overlay(values, layer.values, ({ path, below, above }) =>
      report({
        code: 'COS_CONFIG_VALUES_TYPE',
        severity: 'warning',
        message: `${sentence(layer.what)} replaces the value "${path.join('.')}", ${isJsonObject(below) ? 'a map' : quote(below)}, by ${isJsonObject(above) ? 'a map' : quote(above)}.`,
        ...at(layer.site),
        hint: 'Overlays change maps key by key; templates that expect the other form fail later.',
      }),
    );
  }
  return { values, layers };
}

/** What the config says, the weakest first: a derivative lies on the one that it is from. */
async function declaredLayers(derivative: Derivative, platform: Platform, workspace: string, report: (diagnostic: Diagnostic) => void): Promise<readonly Layer[]> {
  const site = siteOf(derivative);
  const { from } = derivative;
  const below = isDerivative(from)
    ? await declaredLayers(from, platform, workspace, report)
    : [
        presetLayer(`distribution "${from.name}"`, from.values, siteOf(from), report),
        presetLayer(`platform ${platform} of distribution "${from.name}"`, from.platforms[platform], siteOf(from), report),
      ];
  const files = [];
  for (const file of derivative.valuesFiles ?? []) files.push(await readValuesFile(file, workspace, site, report));
  return [...below, ...files, plainLayer(`derivative "${derivative.name}"`, derivative.values, site, report)].filter((layer) => layer !== undefined);
}

/** Values that were read from a file remember it. */
function presetLayer(what: string, given: unknown, site: string | undefined, report: (diagnostic: Diagnostic) => void): Layer | undefined {
  const readFrom = siteOf(given);
  const layer = plainLayer(what, given, readFrom ?? site, report);
  return layer === undefined || readFrom === undefined ? layer : { ...layer, file: readFrom.replace(/:\d+$/, '') };
}

/** Reads a values file. Undefined after a problem, which is reported. */
export async function readValuesFile(file: string, folder: string, site: string | undefined, report: (diagnostic: Diagnostic) => void): Promise<Layer | undefined> {
  const path = resolve(folder, file);
  let text: string;
  try {
    if ((await stat(path)).size > maxBytes) {
      report({ code: 'COS_CONFIG_VALUES', severity: 'error', message: `Expected a values file of at most ${maxBytes} bytes; "${file}" is larger.`, ...at(site) });
      return undefined;
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    report({ code: 'COS_CONFIG_UNREADABLE', severity: 'error', message: `The values file "${file}" cannot be read: ${explainSystemError(error)}.`, ...at(site) });
    return undefined;
  }
  const read = readYaml(text, path, 'COS_CONFIG_VALUES');
  if (!read.ok) {
    for (const problem of read.failures) report(problem);
    return undefined;
  }
  const layer = plainLayer(`values file "${file}"`, read.value ?? {}, `${path}:1`, report);
  return layer === undefined ? undefined : { ...layer, file: path };
}

const maxBytes = 4 * 1024 * 1024;

function plainLayer(what: string, given: unknown, site: string | undefined, report: (diagnostic: Diagnostic) => void): Layer | undefined {
  if (given === undefined) return undefined;
  const plain = toPlain(given);
  if (!plain.ok) {
    report({ code: 'COS_CONFIG_VALUES', severity: 'error', message: `Expected plain data as values of ${what}; "${plain.path.join('.')}" is ${plain.found}.`, ...at(site) });
    return undefined;
  }
  if (!isJsonObject(plain.value)) {
    report({ code: 'COS_CONFIG_VALUES', severity: 'error', message: `Expected a map as values of ${what}; found ${quote(plain.value)}.`, ...at(site) });
    return undefined;
  }
  return { what, values: plain.value, site };
}

function unknownKey(key: string, text: string, known: ReadonlySet<string>): Diagnostic {
  return {
    code: 'COS_CONFIG_SET_UNKNOWN',
    severity: 'warning',
    message: `--set ${text} adds the new key "${key}" to the values.`,
    hint: hintFor(key, known, 'keys'),
  };
}
