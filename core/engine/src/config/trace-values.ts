import type { Json } from '../model/json.ts';
import { isJsonObject } from '../model/plain.ts';
import type { Layer } from './values.ts';
import { keyPath } from './yaml.ts';

/** A value that is no map (or an empty one), and who set it. */
export interface TracedValue {
  readonly path: readonly string[];
  readonly value: Json;
  readonly layer: Layer;
  /** Layers whose values of this path were replaced, the weakest first. */
  readonly replaced: readonly Layer[];
}

/** Overlays the layers as values are overlaid and keeps who set what. Keys of weaker layers come first. */
export function traceValues(layers: readonly Layer[]): readonly TracedValue[] {
  let traced: Node = { value: {}, children: new Map(), layer: undefined, replaced: [] };
  for (const layer of layers) traced = lay(traced, layer.values, layer);
  return collect(traced, []);
}

interface Node {
  readonly value: Json;
  /** Undefined for what is no map. */
  readonly children: ReadonlyMap<string, Node> | undefined;
  /** Undefined for a map, which is of all layers that have something in it. */
  readonly layer: Layer | undefined;
  readonly replaced: readonly Layer[];
}

function lay(below: Node | undefined, above: Json, layer: Layer): Node {
  if (!isJsonObject(above)) return { value: above, children: undefined, layer, replaced: below === undefined ? [] : layersOf(below) };
  const isMap = below?.children !== undefined;
  const children = new Map(isMap ? below.children : []);
  for (const [key, value] of Object.entries(above)) children.set(key, lay(children.get(key), value, layer));
  return { value: {}, children, layer: isMap && below.children.size > 0 ? below.layer : layer, replaced: below === undefined || isMap ? (below?.replaced ?? []) : layersOf(below) };
}

/** Who has a part in a value, the weakest first. */
function layersOf({ children, layer, replaced }: Node): readonly Layer[] {
  const below = [...(children?.values() ?? [])].flatMap(layersOf);
  return [...new Set([...replaced, ...below, ...(layer === undefined || below.length > 0 ? [] : [layer])])];
}

function collect({ value, children, layer, replaced }: Node, path: readonly string[]): readonly TracedValue[] {
  if (children !== undefined && children.size > 0) return [...children].flatMap(([key, child]) => collect(child, [...path, key]));
  return layer === undefined || path.length === 0 ? [] : [{ path, value, layer, replaced }];
}

/** True when a path is the given one or lies below it. */
export function isBelow(path: readonly string[], above: string): boolean {
  const text = keyPath(path);
  return text === above || text.startsWith(`${above}.`);
}

