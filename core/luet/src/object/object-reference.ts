// References in package objects: `category/name@>=1.0`, or an object with the three parts.

import type { Decoder } from '../decode.ts';
import { wordFor } from '../problem.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml.ts';
import { REFERENCE_FIELDS } from './field-names.ts';
import { below, renameFields } from './object-node.ts';

export function toReferences(node: YamlNode, decoder: Decoder): YamlNode {
  return node.kind === 'sequence' ? { ...node, items: node.items.flatMap((item) => toReference(item, decoder) ?? []) } : node;
}

/** Undefined for a text that names nothing, which is reported. */
export function toReference(node: YamlNode, decoder: Decoder): YamlNode | undefined {
  if (node.kind === 'mapping') {
    const hasVersion = node.entries.some(({ key }) => key.text === 'version');
    if (!hasVersion) decoder.error('LUET_MISSING_KEY', `${wordFor(node.at, 'a reference')} has no version`, node.at, { hint: 'version: ">=0" means any' });
    return renameFields(node, REFERENCE_FIELDS, 'a reference', decoder);
  }
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  const [, category, name, version = '>=0'] = ATOM.exec(node.value) ?? [];
  if (category !== undefined && name !== undefined) return mappingOf(node, { category, name, version });
  const hint = 'write category/name, category/name@>=1.0, or an object with category, name and version';
  decoder.error('LUET_BAD_ATOM', `${wordFor(node.at, 'a reference')} names no package`, node.at, { found: node.value, hint });
  return undefined;
}

function mappingOf({ at }: YamlNode, parts: Readonly<Record<string, string>>): YamlMapping {
  const entries = Object.entries(parts).map(([key, value]): YamlEntry => ({
    key: { kind: 'scalar', text: key, value: key, plain: false, at: below(at, key) },
    value: { kind: 'scalar', text: value, value, plain: false, at },
    merged: false,
  }));
  return { kind: 'mapping', entries, at };
}

const ATOM = /^([^/@\s]+)\/([^/@\s]+)(?:@(\S.*))?$/;
