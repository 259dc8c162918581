// Reads metadata files and indexes, ours and luet's. Only what a reader needs is demanded: the archive's path and the package's
// identity. A path with a folder in it is cut to its last part, because luet records where the file lay on the build machine.

import { Decoder, fieldsOf } from '../decode.ts';
import { createProblem } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { readReference } from '../package/reference.ts';
import { parseYaml } from '../yaml.ts';
import type { YamlEntry, YamlMapping, YamlNode } from '../yaml.ts';
import { valuesFromYaml } from '../values/read-values.ts';
import { valuesToJson } from '../values/value.ts';
import type { ArchiveMetadata, RecordedCopy, RecordedElement, RecordedSpec } from './archive-metadata.ts';
import type { CompressionType } from './names.ts';
import { createRecord, readRecord } from './record.ts';

export interface ReadMetadataResult {
  readonly metadata: ArchiveMetadata | undefined;
  readonly problems: readonly Problem[];
}

export interface ReadIndexResult {
  readonly archives: readonly ArchiveMetadata[];
  readonly problems: readonly Problem[];
}

export function readMetadata(text: string, file: string): ReadMetadataResult {
  const { root, problems } = parseYaml({ text, file });
  const decoder = new Decoder('text', [...problems]);
  if (root === undefined) return { metadata: undefined, problems: reportEmpty(decoder, file) };
  return { metadata: readArchive(decoder, root, 'metadata'), problems: decoder.problems };
}

export function readIndex(text: string, file: string): ReadIndexResult {
  const { root, problems } = parseYaml({ text, file });
  const decoder = new Decoder('text', [...problems]);
  if (root === undefined) return { archives: [], problems: reportEmpty(decoder, file) };
  const mapping = decoder.mapping(root, 'the index');
  const entry = mapping === undefined ? undefined : fieldsOf(decoder, mapping, ['index']).get('index');
  if (entry === undefined) {
    decoder.error('LUET_BAD_FORMAT', 'this is no index of a repository', root.at, { expected: 'a key "index"' });
    return { archives: [], problems: decoder.problems };
  }
  const nodes = decoder.sequence(entry.value, 'index');
  const archives = nodes.map((node, index) => readArchive(decoder, node, `index[${index}]`)).filter((one) => one !== undefined);
  return { archives, problems: decoder.problems };
}

export function reportEmpty(decoder: Decoder, file: string): readonly Problem[] {
  if (decoder.problems.length > 0) return decoder.problems;
  return [createProblem('error', 'LUET_BAD_FORMAT', 'the file is empty', { file })];
}

function readArchive(decoder: Decoder, node: YamlNode, what: string): ArchiveMetadata | undefined {
  const fields = optionalFields(decoder, node, what, ARCHIVE_KEYS);
  const specEntry = fields.get('compilespec') ?? fields.get('compilationspec');
  const specFields = specEntry === undefined ? NO_FIELDS : optionalFields(decoder, specEntry.value, `${what}.${specEntry.key.text}`, SPEC_KEYS);
  const packageEntry = specFields.get('package');
  const path = textOf(decoder, fields.get('path'), `${what}.path`);
  if (packageEntry === undefined || path === '') {
    const expected = 'path and compilespec.package (compilationspec.package in an index)';
    decoder.error('LUET_BAD_FORMAT', `${what} does not describe a package archive`, node.at, { expected });
    return undefined;
  }
  const record = readRecord(decoder, packageEntry.value, `${what} package`);
  if (record === undefined) return undefined;
  const runtime = fields.get('runtime');
  const checksums = fields.get('checksums');
  const optionsEntry = specFields.get('buildoptions') ?? specFields.get('build_options');
  const options = optionsEntry === undefined ? NO_FIELDS : optionalFields(decoder, optionsEntry.value, 'build options', OPTION_KEYS);
  return {
    path: path.slice(path.lastIndexOf('/') + 1),
    sha256: checksums === undefined ? '' : (decoder.textMap(checksums.value, `${what}.checksums`).get('sha256') ?? ''),
    compression: compressionOf(decoder, fields.get('compressiontype'), what),
    files: textsOf(decoder, fields.get('files'), `${what}.files`),
    spec: readSpec(decoder, specFields, what),
    package: record,
    runtime: (runtime === undefined ? undefined : readRecord(decoder, runtime.value, `${what}.runtime`)) ?? createRecord(identityOf(record)),
    buildValues: buildValuesOf(options.get('buildvalues')?.value),
    pushImageRepository: textOf(decoder, options.get('pushimagerepository'), 'pushimagerepository'),
    pullImageRepositories: textsOf(decoder, options.get('pullimagerepository'), 'pullimagerepository'),
    chain: readChain(decoder, specFields.get('sourceassertion'), what),
    ...imageOf(decoder, fields.get('image_digest'), what),
  };
}

function imageOf(decoder: Decoder, entry: YamlEntry | undefined, what: string): Pick<ArchiveMetadata, 'image'> {
  const text = textOf(decoder, entry, `${what}.image_digest`);
  if (text === '' || entry === undefined) return {};
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return { image: text };
  decoder.error('LUET_BAD_FORMAT', `${what}.image_digest is no digest`, entry.value.at, { expected: 'sha256: and 64 hexadecimal digits', found: text });
  return {};
}

function readSpec(decoder: Decoder, fields: ReadonlyMap<string, YamlEntry>, what: string): RecordedSpec {
  const text = (key: string): string => textOf(decoder, fields.get(key), `${what} ${key}`);
  const texts = (key: string): string[] => textsOf(decoder, fields.get(key), `${what} ${key}`);
  const flag = (key: string): boolean => {
    const entry = fields.get(key);
    return entry !== undefined && decoder.boolean(entry.value, `${what} ${key}`);
  };
  const copies = fields.get('copy');
  return {
    image: text('image'),
    seed: text('seed'),
    steps: texts('steps'),
    env: texts('env'),
    prelude: texts('prelude'),
    packageDir: text('package_dir'),
    retrieve: texts('retrieve'),
    unpack: flag('unpack'),
    includes: texts('includes'),
    excludes: texts('excludes'),
    copy: copies === undefined ? [] : decoder.sequence(copies.value, `${what} copy`).map((node) => readCopy(decoder, node, what)),
    requiresFinalImages: flag('requires_final_images'),
  };
}

function readCopy(decoder: Decoder, node: YamlNode, what: string): RecordedCopy {
  const fields = optionalFields(decoder, node, `${what} copy`, ['package', 'image', 'source', 'destination']);
  const text = (key: string): string => textOf(decoder, fields.get(key), `${what} copy.${key}`);
  const origin = fields.get('package');
  const reference = origin === undefined || origin.value.kind !== 'mapping' ? undefined : readReference(decoder, origin.value, `${what} copy.package`);
  const plain = reference === undefined ? {} : { package: identityOf(reference) };
  return { image: text('image'), ...plain, source: text('source'), destination: text('destination') };
}

function readChain(decoder: Decoder, entry: YamlEntry | undefined, what: string): RecordedElement[] {
  if (entry === undefined) return [];
  return decoder.sequence(entry.value, `${what} sourceassertion`).flatMap((node) => {
    const fields = optionalFields(decoder, node, `${what} sourceassertion`, ['package', 'value', 'hash']);
    const packageEntry = fields.get('package');
    const record = packageEntry === undefined ? undefined : readRecord(decoder, packageEntry.value, `${what} sourceassertion`);
    if (record === undefined) return [];
    const hash = fields.get('hash');
    const hashes = hash === undefined ? undefined : decoder.textMap(hash.value, `${what} hash`);
    return [{ package: record, buildHash: hashes?.get('buildhash') ?? '', packageHash: hashes?.get('packagehash') ?? '' }];
  });
}

function compressionOf(decoder: Decoder, entry: YamlEntry | undefined, what: string): CompressionType {
  const text = textOf(decoder, entry, `${what}.compressiontype`);
  if (text === 'gzip' || text === 'zstd') return text;
  if (text !== '' && text !== 'none' && entry !== undefined) {
    decoder.error('LUET_BAD_FORMAT', `unknown compression "${text}"`, entry.value.at, { expected: 'none, gzip or zstd' });
  }
  return 'none';
}

/** luet writes a list with one element. */
function buildValuesOf(node: YamlNode | undefined): Record<string, unknown> {
  const first = node?.kind === 'sequence' ? node.items[0] : node;
  return first?.kind === 'mapping' ? valuesToJson(valuesFromYaml(first)) : {};
}

function identityOf(one: { readonly category: string; readonly name: string; readonly version: string }): typeof one {
  return { category: one.category, name: one.name, version: one.version };
}

function optionalFields(decoder: Decoder, node: YamlNode, what: string, keys: readonly string[]): ReadonlyMap<string, YamlEntry> {
  const mapping: YamlMapping | undefined = decoder.mapping(node, what);
  return mapping === undefined ? NO_FIELDS : fieldsOf(decoder, mapping, keys);
}

function textOf(decoder: Decoder, entry: YamlEntry | undefined, what: string): string {
  return entry === undefined ? '' : decoder.text(entry.value, what);
}

function textsOf(decoder: Decoder, entry: YamlEntry | undefined, what: string): string[] {
  return entry === undefined ? [] : decoder.texts(entry.value, what);
}

const NO_FIELDS: ReadonlyMap<string, YamlEntry> = new Map();
const ARCHIVE_KEYS = ['path', 'compilespec', 'compilationspec', 'checksums', 'compressiontype', 'files', 'runtime', 'image_digest'];
const SPEC_KEYS = [
  'steps', 'env', 'prelude', 'image', 'seed', 'package', 'sourceassertion', 'package_dir', 'retrieve', 'unpack', 'includes',
  'excludes', 'buildoptions', 'build_options', 'copy', 'requires_final_images',
];
const OPTION_KEYS = ['pushimagerepository', 'pullimagerepository', 'buildvalues'];
