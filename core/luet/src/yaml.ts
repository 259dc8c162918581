// The door to js-yaml, with yaml-builder.ts behind it. Text becomes a tree of nodes that remember where they stand; what a scalar means is decided later,
// because the same file is read in several ways (identity, recipe, template values). Aliases are expanded by sharing nodes and
// merge keys (`<<` and `!!merge <<`) are already applied. Only the first document of a file counts.

import { dump, parseEvents, SCALAR_STYLE, visit, YAMLException } from 'js-yaml';
import type { Document } from 'js-yaml';
import { LineIndex } from './line-index.ts';
import type { Location, Problem, Severity } from './problem.ts';
import { MAX_DEPTH, NodeBuilder, StopReading } from './yaml-builder.ts';
import { explainSyntax } from './yaml-syntax.ts';
import { CORE_TAG, resolvePlainScalar } from './yaml-scalar.ts';
import type { ScalarValue } from './yaml-scalar.ts';

export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

export interface YamlScalar {
  readonly kind: 'scalar';
  /** The scalar's own text: quotes removed, escapes and folding resolved. */
  readonly text: string;
  /** Meaning by YAML 1.1 and the node's tag. */
  readonly value: ScalarValue;
  readonly plain: boolean;
  readonly at: Location;
}

export interface YamlSequence {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly at: Location;
}

export interface YamlMapping {
  readonly kind: 'mapping';
  /** Unique keys: the mapping's own in their order, then merged ones. */
  readonly entries: readonly YamlEntry[];
  readonly at: Location;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
  /** True when the entry came through a merge key. */
  readonly merged: boolean;
}

export interface YamlDocument {
  /** Undefined when the text holds no document, or could not be read. */
  readonly root: YamlNode | undefined;
  readonly problems: readonly Problem[];
}

export interface ParseYamlOptions {
  readonly text: string;
  /** Name shown in problems. */
  readonly file: string;
  /** What a key that is given twice is. The later one wins when this is no error. Default: `error`. */
  readonly duplicateKeys?: Severity;
}

/** Reads the first document of `text`. Syntax errors are problems of code `LUET_YAML_SYNTAX`, never exceptions. */
export function parseYaml(options: ParseYamlOptions): YamlDocument {
  const text = options.text.startsWith('\uFEFF') ? options.text.slice(1) : options.text;
  const lines = new LineIndex(options.file, text);
  const builder = new NodeBuilder(lines, options.duplicateKeys ?? 'error');
  try {
    return builder.build(parseEvents(text, { maxDepth: MAX_DEPTH }));
  } catch (error) {
    if (error instanceof StopReading) return { root: undefined, problems: builder.problems };
    if (!(error instanceof YAMLException)) throw error;
    const fault = { file: options.file, text, reason: error.reason, offset: error.mark?.position, isReadable };
    return { root: undefined, problems: [explainSyntax(fault)] };
  }
}

function isReadable(text: string): boolean {
  try {
    parseEvents(text, { maxDepth: MAX_DEPTH });
    return true;
  } catch {
    return false;
  }
}

/**
 * Text that readers of YAML 1.1 and of 1.2 understand alike: a string that could be a number, a boolean or null in either is
 * quoted. Keys keep their order.
 */
export function writeYaml(value: unknown): string {
  const quoteAmbiguous = (documents: Document[]): void =>
    visit(documents, (node) => {
      const isText = node.kind === 'scalar' && node.tag === `${CORE_TAG}str` && node.style === SCALAR_STYLE.PLAIN;
      if (isText && typeof resolvePlainScalar(node.value) !== 'string') node.style = SCALAR_STYLE.SINGLE_QUOTED;
    });
  return dump(value, { noRefs: true, lineWidth: -1, seqNoIndent: true, transform: quoteAmbiguous });
}
