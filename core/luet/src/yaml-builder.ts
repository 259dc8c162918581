// From the events of the YAML parser to nodes with places: anchors and aliases, merge keys, tags, and how large it all may become.

import { EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import type { Event, ScalarEvent } from 'js-yaml';
import type { LineIndex } from './line-index.ts';
import { createProblem } from './problem.ts';
import type { Location, Problem, Severity } from './problem.ts';
import type { YamlDocument, YamlEntry, YamlMapping, YamlNode, YamlScalar } from './yaml.ts';
import { CORE_TAG, resolvePlainScalar, resolveTaggedScalar } from './yaml-scalar.ts';
import type { ScalarValue } from './yaml-scalar.ts';

/** Walks the events once. A class because it owns the reading position and the anchors. */
export class NodeBuilder {
  readonly problems: Problem[] = [];
  readonly #lines: LineIndex;
  readonly #duplicates: Severity;
  readonly #anchors = new Map<string, Built | undefined>();
  #events: readonly Event[] = [];
  #next = 0;
  #handles = new Map<string, string>();

  constructor(lines: LineIndex, duplicates: Severity) {
    this.#lines = lines;
    this.#duplicates = duplicates;
  }

  build(events: readonly Event[]): YamlDocument {
    this.#events = events;
    const first = this.#take();
    if (first === undefined) return { root: undefined, problems: this.problems };
    if (first.type === EVENT_ID.DOCUMENT) {
      for (const one of first.directives) if (one.kind === 'tag') this.#handles.set(one.handle, one.prefix);
    }
    const isEmpty = this.#events[this.#next]?.type === EVENT_ID.POP;
    const root = isEmpty ? undefined : this.#node().node;
    if (this.#next + 1 < this.#events.length) {
      const message = 'only the first document of the file is read';
      this.problems.push(createProblem('warning', 'LUET_YAML_EXTRA_DOCUMENT', message, this.#startOfNextDocument()));
    }
    return { root, problems: this.problems };
  }

  #startOfNextDocument(): Location | { readonly file: string } {
    const content = this.#events[this.#next + 2];
    const offset = content === undefined ? -1 : 'start' in content ? content.start : 'valueStart' in content ? content.valueStart : -1;
    const start = offset === -1 ? -1 : this.#lines.text.lastIndexOf('\n---', offset);
    return start === -1 ? { file: this.#lines.file } : this.#lines.locate(start + 1, start + 4);
  }

  #take(): Event | undefined {
    const event = this.#events[this.#next];
    this.#next += 1;
    return event;
  }

  #node(): Built {
    const event = this.#take();
    if (event === undefined) throw new Error('Internal error: the event stream ended inside a document');
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const built = { node: this.#scalar(event), weight: 1, depth: 1 };
        return this.#anchor(event, built);
      }
      case EVENT_ID.ALIAS:
        return this.#alias(event);
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const name = this.#anchorName(event);
        if (name !== undefined) this.#anchors.set(name, undefined);
        return this.#anchor(event, event.type === EVENT_ID.SEQUENCE ? this.#sequence(event) : this.#mapping(event));
      }
      case EVENT_ID.DOCUMENT:
      case EVENT_ID.POP:
        throw new Error('Internal error: unexpected event inside a document');
      default: {
        const never: never = event;
        return never;
      }
    }
  }

  #sequence(event: { readonly start: number }): Built {
    const items: YamlNode[] = [];
    let weight = 1;
    let depth = 0;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const item = this.#node();
      items.push(item.node);
      weight += item.weight;
      depth = Math.max(depth, item.depth);
    }
    this.#next += 1;
    const at = this.#lines.locate(event.start, event.start + 1);
    return this.#bounded({ node: { kind: 'sequence', items, at }, weight, depth: depth + 1 });
  }

  #mapping(event: { readonly start: number }): Built {
    const own = new Map<string, YamlEntry>();
    const merged = new Map<string, YamlEntry>();
    let weight = 1;
    let depth = 0;
    while (this.#events[this.#next]?.type !== EVENT_ID.POP) {
      const isMerge = this.#isMergeKey(this.#events[this.#next]);
      const key = this.#node();
      const value = this.#node();
      weight += key.weight + value.weight;
      depth = Math.max(depth, value.depth);
      if (isMerge) this.#merge(merged, value.node);
      else this.#add(own, key.node, value.node);
    }
    this.#next += 1;
    const inherited = [...merged].filter(([identity]) => !own.has(identity)).map(([, entry]) => entry);
    const at = this.#lines.locate(event.start, event.start + 1);
    const node: YamlMapping = { kind: 'mapping', entries: [...own.values(), ...inherited], at };
    return this.#bounded({ node, weight, depth: depth + 1 });
  }

  #add(own: Map<string, YamlEntry>, key: YamlNode, value: YamlNode): void {
    if (key.kind !== 'scalar') this.#stop('LUET_YAML_SYNTAX', 'a mapping key must be a scalar', key.at);
    const identity = keyIdentity(key);
    const earlier = own.get(identity);
    if (earlier !== undefined) {
      const message = `the key "${key.text}" is given twice in one mapping`;
      const related = [{ message: 'first given here', location: earlier.key.at }];
      this.problems.push(createProblem(this.#duplicates, 'LUET_DUPLICATE_KEY', message, key.at, { related }));
    }
    own.set(identity, { key, value, merged: false });
  }

  #merge(merged: Map<string, YamlEntry>, source: YamlNode): void {
    const mappings = source.kind === 'sequence' ? source.items : [source];
    for (const mapping of mappings) {
      if (mapping.kind !== 'mapping') {
        this.#stop('LUET_YAML_SYNTAX', 'a merge key takes a mapping or a list of mappings', mapping.at);
      }
      for (const entry of mapping.entries) {
        const identity = keyIdentity(entry.key);
        if (!merged.has(identity)) merged.set(identity, { ...entry, merged: true });
      }
    }
  }

  #isMergeKey(event: Event | undefined): boolean {
    if (event?.type !== EVENT_ID.SCALAR || event.style !== SCALAR_STYLE.PLAIN) return false;
    const tag = this.#tagOf(event);
    return getScalarValue(this.#lines.text, event) === '<<' && (tag === '' || tag === `${CORE_TAG}merge`);
  }

  #scalar(event: ScalarEvent): YamlScalar {
    const text = getScalarValue(this.#lines.text, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const start = event.valueStart === -1 ? Math.max(event.tagEnd, event.anchorEnd, 0) : event.valueStart;
    const quote = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? 1 : 0;
    const at = this.#lines.locate(Math.max(0, start - quote), Math.max(event.valueEnd, start) + quote);
    return { kind: 'scalar', text, plain, at, value: this.#scalarValue(text, plain, this.#tagOf(event), at) };
  }

  #scalarValue(text: string, plain: boolean, tag: string, at: Location): ScalarValue {
    if (tag === '') return plain ? resolvePlainScalar(text) : text;
    const resolved = resolveTaggedScalar(tag, text);
    return resolved.ok ? resolved.value : this.#stop('LUET_YAML_SYNTAX', `"${text}" cannot be read as ${tag}`, at);
  }

  #alias(event: { readonly anchorStart: number; readonly anchorEnd: number }): Built {
    const name = this.#lines.text.slice(event.anchorStart, event.anchorEnd);
    const at = this.#lines.locate(event.anchorStart - 1, event.anchorEnd);
    if (!this.#anchors.has(name)) this.#stop('LUET_YAML_SYNTAX', `the alias *${name} has no anchor above it`, at);
    const built = this.#anchors.get(name);
    return built ?? this.#stop('LUET_YAML_SYNTAX', `the alias *${name} stands inside the node that it names`, at);
  }

  #anchor(event: { readonly anchorStart: number; readonly anchorEnd: number }, built: Built): Built {
    const name = this.#anchorName(event);
    if (name !== undefined) this.#anchors.set(name, built);
    return built;
  }

  #anchorName(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    return event.anchorStart === -1 ? undefined : this.#lines.text.slice(event.anchorStart, event.anchorEnd);
  }

  /** The full tag; '' when there is none, `!` for the non-specific one. */
  #tagOf(event: { readonly tagStart: number; readonly tagEnd: number }): string {
    if (event.tagStart === -1) return '';
    const raw = this.#lines.text.slice(event.tagStart, event.tagEnd);
    if (raw.startsWith('!<')) return raw.slice(2, -1);
    const handle = /^!(?:[0-9A-Za-z-]*!)?/.exec(raw)?.[0] ?? '!';
    const prefix = this.#handles.get(handle) ?? (handle === '!!' ? CORE_TAG : handle);
    return raw === '!' ? raw : prefix + raw.slice(handle.length);
  }

  #bounded(built: Built): Built {
    const mayHold = Math.max(MAX_NODES, this.#events.length * 2);
    if (built.weight <= mayHold && built.depth <= MAX_DEPTH * 2) return built;
    return this.#stop('LUET_YAML_TOO_LARGE', 'aliases expand this file beyond any sensible size', built.node.at);
  }

  #stop(code: 'LUET_YAML_SYNTAX' | 'LUET_YAML_TOO_LARGE', message: string, at: Location): never {
    this.problems.push(createProblem('error', code, message, at));
    throw new StopReading(message);
  }
}

/** A problem behind which nothing can be read; it is among the problems of the builder. */
export class StopReading extends Error {}

interface Built {
  readonly node: YamlNode;
  /** Nodes in it after expansion of aliases, itself included. */
  readonly weight: number;
  readonly depth: number;
}

/** How deep nodes may be nested in each other. */
export const MAX_DEPTH = 100;
/** Nodes after expansion of aliases, unless as many are written out; far above any real tree, far below what exhausts memory. */
const MAX_NODES = 1_000_000;

/** `1` and `"1"` are two keys. So are `true` and `yes` here: at the top of a values file both are text, and below the later one wins. */
function keyIdentity(key: YamlScalar): string {
  return `${key.value === null ? 'null' : typeof key.value}:${key.text}`;
}
