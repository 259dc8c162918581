// What steps find in their working directory: a folder of the workspace, texts of the object, or nothing.

import type { Decoder } from '../decode.ts';
import { compareCodeUnits } from '../order.ts';
import type { YamlNode } from '../yaml.ts';
import { below } from './object-node.ts';

export interface GivenContext {
  readonly context: string | undefined;
  readonly files: ReadonlyMap<string, string>;
}

export function readContext(context: YamlNode | undefined, files: YamlNode | undefined, decoder: Decoder): GivenContext {
  const folder = context === undefined ? undefined : readFolder(context, decoder);
  const texts = files === undefined ? NO_FILES : readFiles(files, decoder);
  if (context === undefined || files === undefined) return { context: folder, files: texts };
  decoder.error('LUET_WRONG_TYPE', 'a package has either "context" or "files"', files.at, { expected: 'one of the two', found: 'both' });
  return { context: folder, files: NO_FILES };
}

/** Names at the top of a package's folder by which luet knows what the folder is. */
export const PACKAGE_FILES: readonly string[] = ['definition.yaml', 'collection.yaml', 'build.yaml', 'finalize.yaml'];

function readFolder(node: YamlNode, decoder: Decoder): string | undefined {
  const count = decoder.problems.length;
  const path = decoder.text(node, 'context');
  if (decoder.problems.length > count) return undefined;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path !== '' && !path.startsWith('/') && !/[\0\\]/.test(path) && !parts.includes('..') && parts.length > 0) return parts.join('/');
  decoder.error('LUET_BAD_PATH', 'context is no folder below the workspace', node.at, { expected: 'a relative path without ".."', found: path });
  return undefined;
}

function readFiles(node: YamlNode, decoder: Decoder): ReadonlyMap<string, string> {
  const texts = [...decoder.textMap(node, 'files')].toSorted(([a], [b]) => compareCodeUnits(a, b));
  const names = new Set(texts.map(([path]) => path));
  const kept = texts.filter(([path]) => {
    const reason = reasonAgainst(path, names);
    if (reason !== undefined) decoder.error('LUET_BAD_PATH', `${JSON.stringify(path)} of "files" ${reason}`, below(node.at, path));
    return reason === undefined;
  });
  return new Map(kept);
}

function reasonAgainst(path: string, names: ReadonlySet<string>): string | undefined {
  const parts = path.split('/');
  if (/[\0\\]/.test(path) || parts.some((part) => part === '' || part === '.' || part === '..')) return 'is no relative path without "..", "." and empty parts';
  if (PACKAGE_FILES.includes(path)) return 'is a name by which luet knows packages';
  const file = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/')).find((above) => names.has(above));
  return file === undefined ? undefined : `is below "${file}", which is a file`;
}

const NO_FILES: ReadonlyMap<string, string> = new Map();
