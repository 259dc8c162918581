// The only door to js-yaml. Only its events are used: types and keys follow YAML 1.1 as Go's yaml.v2 reads it, in yaml/decode.ts.
// Loaded when the first YAML text is read.
import { createRequire } from 'node:module';
import type * as jsYaml from 'js-yaml';

export type YamlNode =
  | { readonly kind: 'scalar'; readonly text: string; readonly tag: string; readonly plain: boolean; readonly offset: number }
  | { readonly kind: 'sequence'; readonly items: readonly YamlNode[]; readonly tag: string; readonly offset: number }
  | { readonly kind: 'mapping'; readonly pairs: readonly (readonly [YamlNode, YamlNode])[]; readonly tag: string; readonly offset: number }
  | { readonly kind: 'alias'; readonly name: string; readonly target: YamlNode; readonly offset: number };

export interface YamlProblem {
  readonly reason: string;
  readonly offset: number;
}

type Event = ReturnType<typeof jsYaml['parseEvents']>[number];

const require = createRequire(import.meta.url);
let loaded: typeof jsYaml | undefined;

/** The first document of a text as a tree; `undefined` for a text without one. Throws `YamlSyntaxError`. */
export function parseYamlNodes(text: string): YamlNode | undefined {
  const library = loadLibrary();
  let events: Event[];
  try {
    events = library.parseEvents(text, { maxDepth: 200 });
  } catch (error) {
    if (!(error instanceof library.YAMLException)) throw error;
    const { line = 0, column = 0 } = error.mark ?? {};
    throw new YamlSyntaxError({ reason: error.reason, offset: offsetOf(text, line, column) });
  }
  return new TreeBuilder(text, events, library).document();
}

export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
  readonly problem: YamlProblem;
  constructor(problem: YamlProblem) {
    super(problem.reason);
    this.problem = problem;
  }
}

/** Walks the flat list of events. */
class TreeBuilder {
  readonly #text: string;
  readonly #events: readonly Event[];
  readonly #library: typeof jsYaml;
  readonly #anchors = new Map<string, YamlNode>();
  #index = 0;
  #offset = 0;

  constructor(text: string, events: readonly Event[], library: typeof jsYaml) {
    this.#text = text;
    this.#events = events;
    this.#library = library;
  }

  document(): YamlNode | undefined {
    const { EVENT_ID } = this.#library;
    if (this.#take()?.type !== EVENT_ID.DOCUMENT) return undefined;
    return this.#node();
  }

  #take(): Event | undefined {
    const event = this.#events[this.#index];
    this.#index++;
    return event;
  }

  #node(): YamlNode | undefined {
    const event = this.#take();
    const { EVENT_ID, SCALAR_STYLE } = this.#library;
    if (event === undefined) return undefined;
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        if (event.valueStart >= 0) this.#offset = event.valueStart;
        const text = this.#library.getScalarValue(this.#text, event);
        return this.#named(event, { kind: 'scalar', text, tag: this.#tag(event), plain: event.style === SCALAR_STYLE.PLAIN, offset: this.#offset });
      }
      case EVENT_ID.SEQUENCE: {
        this.#offset = event.start;
        const node: YamlNode & { items: YamlNode[] } = { kind: 'sequence', items: [], tag: this.#tag(event), offset: event.start };
        this.#named(event, node);
        for (let item = this.#node(); item !== undefined; item = this.#node()) node.items.push(item);
        return node;
      }
      case EVENT_ID.MAPPING: {
        this.#offset = event.start;
        const node: YamlNode & { pairs: (readonly [YamlNode, YamlNode])[] } = { kind: 'mapping', pairs: [], tag: this.#tag(event), offset: event.start };
        this.#named(event, node);
        for (let key = this.#node(); key !== undefined; key = this.#node()) {
          const value = this.#node();
          if (value === undefined) break;
          node.pairs.push([key, value]);
        }
        return node;
      }
      case EVENT_ID.ALIAS: {
        const name = this.#text.slice(event.anchorStart, event.anchorEnd);
        const target = this.#anchors.get(name);
        if (target === undefined) throw new YamlSyntaxError({ reason: `unknown anchor '${name}' referenced`, offset: event.anchorStart });
        return { kind: 'alias', name, target, offset: event.anchorStart };
      }
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
      default:
        return undefined;
    }
  }

  #named<Node extends YamlNode>(event: { readonly anchorStart: number; readonly anchorEnd: number }, node: Node): Node {
    if (event.anchorStart >= 0) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  #tag(event: { readonly tagStart: number; readonly tagEnd: number }): string {
    return event.tagStart < 0 ? '' : this.#text.slice(event.tagStart, event.tagEnd);
  }
}

function loadLibrary(): typeof jsYaml {
  loaded ??= require('js-yaml') as typeof jsYaml;
  return loaded;
}

function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let i = 0; i < line; i++) start = text.indexOf('\n', start) + 1 || text.length;
  return Math.min(text.length, start + column);
}
