import { readFile } from 'node:fs/promises';
import type { Variant } from '../../config/resolved-config.ts';
import { isBelow, traceValues, type TracedValue } from '../../config/trace-values.ts';
import type { Layer } from '../../config/values.ts';
import { keyPath, locateKeys } from '../../config/yaml.ts';
import { CosError } from '../../errors/cos-error.ts';
import { hintFor } from '../../errors/did-you-mean.ts';
import { createPaint } from '../../errors/paint.ts';
import { at, showPlace } from '../../errors/place.ts';
import type { Place } from '../../errors/diagnostic.ts';
import type { Settings } from '../arguments.ts';
import { prepareConfig } from '../prepare.ts';
import { tell, type Terminal } from '../terminal.ts';

/** `cos values`: what templates see, and where each value comes from. `paths`: only these values and what lies below them. */
export async function values(paths: readonly string[], json: boolean, settings: Settings, terminal: Terminal): Promise<number> {
  const { config, diagnostics } = await prepareConfig(settings);
  const locate = createLocator();
  const shown = await Promise.all(
    config.variants.map(async (variant) => {
      const traced = traceValues(variant.layers).filter(({ path }) => paths.length === 0 || paths.some((above) => isBelow(path, above)));
      return { variant, traced: await Promise.all(traced.map(async (one) => ({ ...one, place: await locate(one.layer, one.path) }))) };
    }),
  );
  const unknown = paths.filter((above) => !config.variants.some(({ layers }) => traceValues(layers).some(({ path }) => isBelow(path, above))));
  if (unknown.length > 0 && config.variants.length > 0) throw new CosError(unknown.map((path) => unknownPath(path, config.variants)));
  if (json) terminal.out.write(`${JSON.stringify(shown.map((one) => describe(one)), null, 2)}\n`);
  else {
    const paint = createPaint(settings.color);
    const texts = shown.map(({ variant, traced }) => [...(shown.length > 1 ? [paint.bold(`# ${variant.derivative.name} ${variant.platform}`)] : []), ...rowsOf(traced, config.workspace, paint.dim)].join('\n'));
    terminal.out.write(`${texts.join('\n\n')}\n`);
  }
  tell(terminal, diagnostics, { workspace: config.workspace, color: settings.errorColor });
  return diagnostics.some(({ severity }) => severity === 'error') ? 2 : 0;
}

interface Located extends TracedValue {
  readonly place: Place | undefined;
}

/** Finds the line of a value in the YAML file of its layer; each file is read once. Elsewhere a value is where its layer is declared. */
function createLocator(): (layer: Layer, path: readonly string[]) => Promise<Place | undefined> {
  const files = new Map<string, Promise<ReadonlyMap<string, number>>>();
  return async ({ file, site }, path) => {
    if (file === undefined) return at(site).place;
    const lines = files.get(file) ?? readFile(file, 'utf8').then(locateKeys);
    files.set(file, lines);
    const known = await lines;
    // A key that comes through an alias has the line of the nearest key above it.
    const line = path.map((_, index) => known.get(keyPath(path.slice(0, path.length - index)))).find((found) => found !== undefined);
    return line === undefined ? { file } : { file, line };
  };
}

function rowsOf(traced: readonly Located[], workspace: string, dim: (text: string) => string): readonly string[] {
  const rows = traced.map(({ path, value, layer, place }) => [keyPath(path), shorten(JSON.stringify(value)), `${layer.what}${place === undefined ? '' : `, ${showPlace(place, workspace)}`}`] as const);
  const widths = [0, 1].map((index) => Math.max(0, ...rows.map((row) => (row[index] ?? '').length)));
  return rows.map(([path, value, where]) => `${path.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${dim(where)}`);
}

/** Long texts are cut: --json has them whole. */
function shorten(text: string): string {
  return text.length > MAX_WIDTH ? `${text.slice(0, MAX_WIDTH - 1)}…` : text;
}

const MAX_WIDTH = 50;

function describe({ variant, traced }: { readonly variant: Variant; readonly traced: readonly Located[] }) {
  return {
    derivative: variant.derivative.name,
    platform: variant.platform,
    values: variant.values,
    origins: traced.map(({ path, value, layer, replaced, place }) => ({ path, value, from: layer.what, ...place, replaces: replaced.map(({ what }) => what) })),
  };
}

function unknownPath(path: string, variants: readonly Variant[]) {
  const known = variants.flatMap(({ layers }) => traceValues(layers).flatMap((one) => one.path.map((_, index) => keyPath(one.path.slice(0, index + 1)))));
  return { code: 'COS_REQUEST_UNKNOWN_VALUE', severity: 'error', message: `There is no value "${path}".`, hint: hintFor(path, [...new Set(known)], 'values') } as const;
}
