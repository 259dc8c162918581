// From YAML nodes to typed fields. Two strictnesses, as the format has them: `strict` (identity) refuses an unquoted number where
// text is wanted, because `1.10` would become `1.1`; `lenient` (recipes) converts it the way the original does.
// Keys match without regard to case. Every mismatch is a problem with its place; decoding goes on with the default.

import { createProblem, wordFor } from './problem.ts';
import type { Location, Problem } from './problem.ts';
import { suggest } from './suggest.ts';
import type { YamlEntry, YamlMapping, YamlNode } from './yaml.ts';
import { printScalar } from './yaml-scalar.ts';

/**
 * - `strict`: an unquoted number or boolean where text is wanted is an error.
 * - `text`: it is taken as written, with a warning.
 * - `data`: the same for values of a program, which have no spelling of their own.
 * - `lenient`: it is converted to its canonical text, with a warning where that differs from what is written.
 */
export type Strictness = 'strict' | 'text' | 'data' | 'lenient';

/** Collects problems while one mapping, and the values in it, are read. */
export class Decoder {
  readonly problems: Problem[];
  readonly strictness: Strictness;

  constructor(strictness: Strictness, problems: Problem[] = []) {
    this.strictness = strictness;
    this.problems = problems;
  }

  error(code: Problem['code'], message: string, at: Location, details: { expected?: string; found?: string; hint?: string } = {}): void {
    this.problems.push(createProblem('error', code, message, at, details));
  }

  warn(code: Problem['code'], message: string, at: Location, details: { hint?: string } = {}): void {
    this.problems.push(createProblem('warning', code, message, at, details));
  }

  mapping(node: YamlNode, what: string): YamlMapping | undefined {
    if (node.kind === 'mapping') return node;
    if (!isNull(node)) this.#wrongType(what, this.strictness === 'data' ? 'an object' : 'a mapping', node);
    return undefined;
  }

  sequence(node: YamlNode, what: string): readonly YamlNode[] {
    if (node.kind === 'sequence') return node.items;
    if (!isNull(node)) this.#wrongType(what, 'a list', node);
    return [];
  }

  text(node: YamlNode, what: string): string {
    if (node.kind !== 'scalar') {
      this.#wrongType(what, 'text', node);
      return '';
    }
    const { value } = node;
    if (typeof value === 'string') return value;
    if (value === null) return '';
    const canonical = printScalar(value);
    switch (this.strictness) {
      case 'strict': {
        const hint = `put it in quotes: "${node.text}"`;
        const message = `${what} must be text, but an unquoted ${nameOf(node)} has no fixed spelling`;
        this.error('LUET_WRONG_TYPE', message, node.at, { expected: 'text', found: `${nameOf(node)} ${node.text}`, hint });
        return node.text;
      }
      case 'data':
        this.error('LUET_WRONG_TYPE', `${wordFor(node.at, what)} must be text`, node.at, { expected: 'text', found: `${nameOf(node)} ${node.text}` });
        return node.text;
      case 'text':
        this.warn('LUET_LOSSY_SCALAR', `${what} is an unquoted ${nameOf(node)}`, node.at, { hint: `write "${node.text}"` });
        return node.text;
      case 'lenient':
        if (canonical !== node.text) {
          const message = `${what} is an unquoted ${nameOf(node)} and becomes "${canonical}"`;
          this.warn('LUET_LOSSY_SCALAR', message, node.at, { hint: `write "${node.text}" in quotes to keep it` });
        }
        return canonical;
      default: {
        const never: never = this.strictness;
        return never;
      }
    }
  }

  texts(node: YamlNode, what: string): string[] {
    return this.sequence(node, what).map((item, index) => this.text(item, `${what}[${index}]`));
  }

  boolean(node: YamlNode, what: string): boolean {
    if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value;
    if (!isNull(node)) this.#wrongType(what, 'true or false', node);
    return false;
  }

  textMap(node: YamlNode, what: string): ReadonlyMap<string, string> {
    const mapping = this.mapping(node, what);
    return new Map(mapping?.entries.map(({ key, value }) => [key.text, this.text(value, `${what}.${key.text}`)]));
  }

  #wrongType(what: string, expected: string, node: YamlNode): void {
    this.error('LUET_WRONG_TYPE', `${wordFor(node.at, what)} must be ${expected}`, node.at, { expected, found: this.strictness === 'data' && node.kind === 'mapping' ? 'an object' : nameOf(node) });
  }
}

/** Entries by lower-case key. `IMAGE` beside `image` is a duplicate; unknown ones go to `onUnknown`. */
export function fieldsOf(
  decoder: Decoder,
  mapping: YamlMapping,
  known: readonly string[],
  onUnknown?: (entry: YamlEntry, suggestion: string | undefined) => void,
): ReadonlyMap<string, YamlEntry> {
  const fields = new Map<string, YamlEntry>();
  const names = namesOf(known);
  for (const entry of mapping.entries) {
    const name = entry.key.text.toLowerCase();
    if (!names.known.has(name)) {
      onUnknown?.(entry, names.suggest(entry.key.text));
      continue;
    }
    if (fields.has(name)) {
      decoder.error('LUET_DUPLICATE_KEY', `"${entry.key.text}" and "${fields.get(name)?.key.text}" are one key`, entry.key.at);
    }
    fields.set(name, entry);
  }
  return fields;
}

interface Names {
  readonly known: ReadonlySet<string>;
  readonly suggest: (word: string) => string | undefined;
}

/** An index has thousands of mappings of the same few shapes. */
const namesOfLists = new WeakMap<readonly string[], Names>();

function namesOf(list: readonly string[]): Names {
  const present = namesOfLists.get(list);
  if (present !== undefined) return present;
  const suggestions = new Map<string, string | undefined>();
  const names: Names = {
    known: new Set(list),
    suggest: (word) => {
      if (suggestions.has(word)) return suggestions.get(word);
      const found = suggest(word, list);
      if (suggestions.size < MOST_WORDS) suggestions.set(word, found);
      return found;
    },
  };
  namesOfLists.set(list, names);
  return names;
}

const MOST_WORDS = 1000;

export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function nameOf(node: YamlNode): string {
  if (node.kind === 'mapping') return 'a mapping';
  if (node.kind === 'sequence') return 'a list';
  const { value } = node;
  if (value === null) return 'nothing';
  if (typeof value === 'string') return 'text';
  return typeof value === 'boolean' ? 'boolean' : 'number';
}
