// YAML text to Go values, as yaml.v2 fills an `interface {}` or a map with string keys: nested maps have arbitrary keys, keys of the top
// map are text, merge keys and anchors work, a later equal key wins. Only the first document counts.
import { unreachable } from '../unreachable.ts';
import { YamlSyntaxError, parseYamlNodes } from '../yaml.ts';
import type { YamlNode } from '../yaml.ts';
import { decodeBase64 } from '../functions/base64.ts';
import { formatValue } from '../format/print.ts';
import { noFlags } from '../format/flags.ts';
import { cleanText, fromBytes } from '../values/bytes.ts';
import { GoInt, GoList, GoMap } from '../values/value.ts';
import type { GoValue } from '../values/value.ts';
import { describeSyntaxError } from './messages.ts';
import { resolvePlain } from './resolve.ts';

/** Values that anchors may multiply a text into. */
const mostNodes = 1_000_000;

/** The message is that of yaml.v2 where the parser can tell. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  /** From 1. */
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

interface Decoder {
  readonly text: string;
  readonly open: Set<YamlNode>;
  nodes: number;
}

/** A text whose top is a map; an empty text is an empty map. `target` is Go's type, for the message. */
export function decodeYamlMap(text: string, target = 'map[string]interface {}'): GoMap {
  const { decoder, node } = read(text);
  const map = new GoMap('string');
  const top = node === undefined ? undefined : follow(node);
  if (top === undefined || (top.kind === 'scalar' && decodeScalar(decoder, top) === null)) return map;
  if (top.kind !== 'mapping') throw wrongType(decoder, top, target);
  fillMap(decoder, top, map);
  return map;
}

export function decodeYamlList(text: string): GoList {
  const { decoder, node } = read(text);
  const top = node === undefined ? undefined : follow(node);
  if (top === undefined || (top.kind === 'scalar' && decodeScalar(decoder, top) === null)) return new GoList([], 'interface {}', true);
  if (top.kind !== 'sequence') throw wrongType(decoder, top, '[]interface {}');
  return new GoList(top.items.map((item) => decodeNode(decoder, item)));
}

/** A text of any kind. */
export function decodeYaml(text: string): GoValue {
  const { decoder, node } = read(text);
  return node === undefined ? null : decodeNode(decoder, node);
}

function read(text: string): { readonly decoder: Decoder; readonly node: YamlNode | undefined } {
  try {
    return { decoder: { text, open: new Set(), nodes: 0 }, node: parseYamlNodes(text) };
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new YamlError(describeSyntaxError(text, error.problem), lineAt(text, error.problem.offset));
  }
}

function decodeNode(decoder: Decoder, node: YamlNode): GoValue {
  decoder.nodes++;
  if (decoder.nodes > mostNodes) throw fail(decoder, node, 'yaml: document contains excessive aliasing');
  switch (node.kind) {
    case 'scalar':
      return decodeScalar(decoder, node);
    case 'sequence':
      return new GoList(node.items.map((item) => decodeNode(decoder, item)));
    case 'mapping': {
      const map = new GoMap('interface {}');
      fillMap(decoder, node, map);
      return map;
    }
    case 'alias': {
      if (decoder.open.has(node.target)) throw fail(decoder, node, `yaml: anchor '${node.name}' value contains itself`);
      decoder.open.add(node.target);
      const value = decodeNode(decoder, node.target);
      decoder.open.delete(node.target);
      return value;
    }
  }
  return unreachable(node);
}

function fillMap(decoder: Decoder, node: YamlNode & { readonly kind: 'mapping' }, map: GoMap): void {
  for (const [key, value] of node.pairs) {
    if (isMergeKey(key)) {
      mergeFrom(decoder, value, map);
      continue;
    }
    map.set(decodeKey(decoder, key, map.key), decodeNode(decoder, value));
  }
}

/** Of several maps the first wins. */
function mergeFrom(decoder: Decoder, node: YamlNode, map: GoMap): void {
  const source = follow(node);
  const maps = source.kind === 'sequence' ? source.items.map(follow).toReversed() : [source];
  decoder.nodes += maps.length;
  if (decoder.nodes > mostNodes) throw fail(decoder, node, 'yaml: document contains excessive aliasing');
  for (const item of maps) {
    if (item.kind !== 'mapping') throw fail(decoder, node, 'yaml: map merge requires map or sequence of maps as the value');
    if (decoder.open.has(item)) throw fail(decoder, node, 'yaml: anchor value contains itself');
    decoder.open.add(item);
    fillMap(decoder, item, map);
    decoder.open.delete(item);
  }
}

function decodeKey(decoder: Decoder, node: YamlNode, type: GoMap['key']): GoValue {
  const target = follow(node);
  if (type === 'string' && target.kind === 'scalar') {
    const value = decodeScalar(decoder, target);
    return typeof value === 'string' ? value : cleanText(target.text);
  }
  const key = decodeNode(decoder, node);
  if (key instanceof GoList || key instanceof GoMap) {
    throw fail(decoder, node, `yaml: invalid map key: ${formatValue(key, 'v', { ...noFlags(), sharpV: true })}`);
  }
  return key;
}

function decodeScalar(decoder: Decoder, node: YamlNode & { readonly kind: 'scalar' }): GoValue {
  const tag = shortTag(node.tag);
  const text = cleanText(node.text);
  if (tag === '' || tag === '!') return node.plain && tag === '' ? resolvePlain(text) : text;
  if (tag === '!!binary') {
    const bytes = decodeBase64(text);
    if (typeof bytes === 'number') throw fail(decoder, node, '!!binary value contains invalid base64 data');
    return fromBytes(bytes);
  }
  return convertTo(decoder, node, tag, text);
}

function convertTo(decoder: Decoder, node: YamlNode, tag: string, text: string): GoValue {
  const value = resolvePlain(text);
  const actual = tagOf(value);
  if (!['!!str', '!!bool', '!!int', '!!float', '!!null', '!!timestamp'].includes(tag) || tag === '!!str') return text;
  if (tag === actual) return value;
  if (tag === '!!float' && value instanceof GoInt) return Number(value.value);
  if (tag === '!!timestamp' && /^\d{4}-/.test(text)) return text;
  throw fail(decoder, node, `yaml: cannot decode ${actual} \`${text}\` as a ${tag}`);
}

function wrongType(decoder: Decoder, node: YamlNode, target: string): YamlError {
  const line = lineAt(decoder.text, node.offset);
  const shown = node.kind === 'scalar' ? `${tagOf(decodeScalar(decoder, node))} \`${shorten(node.text)}\`` : node.kind === 'sequence' ? '!!seq' : '!!map';
  return new YamlError(`yaml: unmarshal errors:\n  line ${line}: cannot unmarshal ${shown} into ${target}`, line);
}

function shorten(text: string): string {
  return text.length > 10 ? `${text.slice(0, 7)}...` : text;
}

function follow(node: YamlNode): Exclude<YamlNode, { readonly kind: 'alias' }> {
  return node.kind === 'alias' ? follow(node.target) : node;
}

function isMergeKey(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.text === '<<' && ((node.tag === '' && node.plain) || shortTag(node.tag) === '!!merge');
}

function tagOf(value: GoValue): string {
  if (value === null) return '!!null';
  if (typeof value === 'boolean') return '!!bool';
  if (typeof value === 'number') return '!!float';
  return value instanceof GoInt ? '!!int' : '!!str';
}

function shortTag(tag: string): string {
  const verbatim = /^!<(.*)>$/.exec(tag)?.[1] ?? tag;
  return verbatim.replace(/^tag:yaml\.org,2002:/, '!!');
}

function fail(decoder: Decoder, node: YamlNode, message: string): YamlError {
  return new YamlError(message, lineAt(decoder.text, node.offset));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
