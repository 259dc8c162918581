// repository.yaml: what a client reads first. Its `index` is always empty; the packages are in the archive that `meta` names.

import { Decoder, fieldsOf } from '../decode.ts';
import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { parseYaml, writeYaml } from '../yaml.ts';
import type { YamlEntry, YamlNode } from '../yaml.ts';
import type { CompressionType } from './names.ts';

export type RepositoryType = 'disk' | 'http' | 'docker';

export interface RepositoryFile {
  readonly name: string;
  readonly description: string;
  readonly type: RepositoryType;
  readonly urls: readonly string[];
  /** Counts publications, from 1. */
  readonly revision: number;
  /** Seconds since 1970. */
  readonly lastUpdate: number;
  /** Lower numbers are preferred; undefined = not given. */
  readonly priority: number | undefined;
  readonly files: RepositoryFiles;
}

export interface RepositoryFiles {
  /** Definitions for clients. */
  readonly tree: RepositoryArchive;
  /** The index of packages. */
  readonly meta: RepositoryArchive;
  /** The trees with recipes, for who builds on this repository. */
  readonly compilertree: RepositoryArchive | undefined;
}

export interface RepositoryArchive {
  /** Without folders; a client reads it beside repository.yaml. */
  readonly filename: string;
  readonly compression: CompressionType;
  /** Hexadecimal; '' = not recorded, nothing is verified. */
  readonly sha256: string;
}

export function writeRepository(repository: RepositoryFile): string {
  const { tree, meta, compilertree } = repository.files;
  return writeYaml({
    description: repository.description,
    enable: true,
    index: [],
    last_update: String(repository.lastUpdate),
    name: repository.name,
    ...(repository.priority === undefined ? {} : { priority: repository.priority }),
    repo_files: {
      ...(compilertree === undefined ? {} : { compilertree: toArchive(compilertree) }),
      meta: toArchive(meta),
      tree: toArchive(tree),
    },
    revision: repository.revision,
    type: repository.type,
    urls: repository.urls,
  });
}

/** Reads repository.yaml, ours or luet's. Undefined when a client could not use it. */
export function readRepository(
  text: string,
  file: string,
): { readonly repository: RepositoryFile | undefined; readonly problems: readonly Problem[] } {
  const { root, problems } = parseYaml({ text, file });
  const decoder = new Decoder('text', [...problems]);
  const mapping = root === undefined ? undefined : decoder.mapping(root, 'a repository');
  if (mapping === undefined) {
    if (decoder.problems.length === 0) decoder.problems.push(createProblem('error', 'LUET_BAD_FORMAT', 'the file is empty', { file }));
    return { repository: undefined, problems: decoder.problems };
  }
  const fields = fieldsOf(decoder, mapping, REPOSITORY_KEYS);
  const archives = fields.get('repo_files');
  const files = archives === undefined ? undefined : readArchives(decoder, archives.value);
  if (files === undefined) {
    const expected = 'repo_files with the keys tree and meta';
    decoder.error('LUET_BAD_FORMAT', 'this is no repository that a client can read', mapping.at, { expected });
    return { repository: undefined, problems: decoder.problems };
  }
  const read = (key: string): string => textOf(decoder, fields.get(key), key);
  const urls = fields.get('urls');
  const priority = fields.get('priority')?.value;
  const repository: RepositoryFile = {
    name: read('name'),
    description: read('description'),
    type: typeOf(decoder, fields.get('type')),
    urls: urls === undefined ? [] : decoder.texts(urls.value, 'urls'),
    revision: numberOf(fields.get('revision')?.value) ?? 0,
    lastUpdate: numberOf(fields.get('last_update')?.value) ?? 0,
    priority: numberOf(priority),
    files,
  };
  const hasErrors = decoder.problems.some((problem) => problem.severity === 'error');
  return { repository: hasErrors ? undefined : repository, problems: decoder.problems };
}

function readArchives(decoder: Decoder, node: YamlNode): RepositoryFiles | undefined {
  const mapping = decoder.mapping(node, 'repo_files');
  const fields = mapping === undefined ? undefined : fieldsOf(decoder, mapping, ['tree', 'meta', 'compilertree']);
  const read = (key: string): RepositoryArchive | undefined => {
    const entry = fields?.get(key);
    return entry === undefined ? undefined : readArchive(decoder, entry.value, `repo_files.${key}`);
  };
  const [tree, meta, compilertree] = [read('tree'), read('meta'), read('compilertree')];
  return tree === undefined || meta === undefined ? undefined : { tree, meta, compilertree };
}

function readArchive(decoder: Decoder, node: YamlNode, what: string): RepositoryArchive | undefined {
  const mapping = decoder.mapping(node, what);
  if (mapping === undefined) return undefined;
  const fields = fieldsOf(decoder, mapping, ['filename', 'compressiontype', 'checksums']);
  const filename = textOf(decoder, fields.get('filename'), `${what}.filename`);
  if (!/^[^/\\\0]+$/.test(filename) || filename === '.' || filename === '..') {
    decoder.error('LUET_BAD_FORMAT', `${what} names no file beside repository.yaml`, mapping.at, { found: filename });
    return undefined;
  }
  const compression = textOf(decoder, fields.get('compressiontype'), `${what}.compressiontype`);
  const checksums = fields.get('checksums');
  return {
    filename,
    compression: compression === 'gzip' || compression === 'zstd' ? compression : 'none',
    sha256: checksums === undefined ? '' : (decoder.textMap(checksums.value, `${what}.checksums`).get('sha256') ?? ''),
  };
}

function typeOf(decoder: Decoder, entry: YamlEntry | undefined): RepositoryType {
  const text = textOf(decoder, entry, 'type');
  if (text === 'disk' || text === 'http' || text === 'docker') return text;
  if (entry !== undefined) decoder.error('LUET_BAD_FORMAT', `unknown type of repository "${text}"`, entry.value.at, { expected: 'disk, http or docker' });
  return 'disk';
}

function textOf(decoder: Decoder, entry: YamlEntry | undefined, what: string): string {
  return entry === undefined ? '' : decoder.text(entry.value, what);
}

/** Numbers stand as numbers or, for `last_update`, as text. */
function numberOf(node: YamlNode | undefined): number | undefined {
  return node?.kind === 'scalar' && /^[0-9]{1,15}$/.test(node.text) ? Number(node.text) : undefined;
}

function toArchive(archive: RepositoryArchive): Record<string, unknown> {
  const checksums = archive.sha256 === '' ? {} : { checksums: { sha256: archive.sha256 } };
  return { ...checksums, compressiontype: archive.compression, filename: archive.filename };
}

const REPOSITORY_KEYS = [
  'name', 'description', 'type', 'urls', 'revision', 'last_update', 'priority', 'repo_files', 'enable', 'index', 'reference',
];
