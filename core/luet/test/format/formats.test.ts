// Files of a repository: what we write has the keys that luet writes, what luet wrote can be read, and reading gives back what was written.
import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  archiveFileName, createRecord, loadTree, metadataFileName, metadataImageTag, parseYaml, readIndex, readMetadata, readRepository,
  treeDefinitionPath, writeIndex, writeMetadata, writeRepository, writeTreeDefinition,
} from '../../src/index.ts';
import type { ArchiveMetadata, RepositoryFile, YamlNode } from '../../src/index.ts';
import { memoryReader } from '../rig/memory-tree.ts';

const examples = fileURLToPath(new URL('../fixtures/luet/examples/', import.meta.url));
const example = (name: string): string => readFileSync(examples + name, 'utf8');

const archive: ArchiveMetadata = {
  path: 'b-test-1.10+1.package.tar.zst',
  sha256: 'ab'.repeat(32),
  compression: 'zstd',
  files: ['usr/bin/b', 'etc/yes', '0755'],
  spec: {
    image: '', seed: 'cache:ec85', steps: ['cat /a > /b', 'echo a && \\\necho b\n'], env: ['A=1'], prelude: ['y'], packageDir: '', retrieve: [],
    unpack: false, includes: ['^/usr'], excludes: [], requiresFinalImages: false,
    copy: [
      { image: 'img:2', source: '/s', destination: '/d' },
      { image: '', package: { category: 't', name: 'src', version: '>=0' }, source: '/s', destination: '/s2' },
    ],
  },
  package: createRecord({ category: 'test', name: 'b', version: '1.10+1', requires: [{ category: 'test', name: 'a', version: '>=0' }], buildTimestamp: '1795167968' }),
  runtime: createRecord({
    category: 'test', name: 'b', version: '1.10+1', description: 'no', license: 'MIT', uri: ['http://x'], labels: new Map([['n', 'on'], ['a', '1.10']]),
    annotations: new Map([['config_protect', '/etc']]), requires: [{ category: 'test', name: 'a', version: '>=1.0' }],
  }),
  buildValues: { distribution: 'debian', n: 5, nested: { version: '1.10' } },
  pushImageRepository: 'cache',
  pullImageRepositories: ['luet/cache'],
  chain: [{ package: createRecord({ category: 'test', name: 'a', version: '1.0+1' }), buildHash: 'aa', packageHash: 'bb' }],
};

describe('metadata of an archive', () => {
  it('comes back from its file as it was written', () => {
    expect(readMetadata(writeMetadata(archive), 'm.yaml')).toEqual({ metadata: withoutPlaces(archive), problems: [] });
  });

  it('has exactly the keys that luet writes', () => {
    expect(keysOf(writeMetadata(archive), ['compilespec', 'compilespec.package', 'compilespec.buildoptions', 'runtime', 'checksums'])).toEqual(
      keysOf(example('metadata.delta-package.yaml'), ['compilespec', 'compilespec.package', 'compilespec.buildoptions', 'runtime', 'checksums']),
    );
  });

  it.each(['metadata.delta-package.yaml', 'metadata.dependency.yaml', 'metadata.subpackage.yaml'])('is read from luet: %s', (name) => {
    const { metadata, problems } = readMetadata(example(name), name);
    expect(problems).toEqual([]);
    expect(metadata).toMatchObject({ compression: 'none', spec: { unpack: false } });
    expect(metadata!.path).toMatch(/^[^/]+\.package\.tar$/);
    expect(metadata!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('keeps requirements for building and at run time apart', () => {
    const { metadata } = readMetadata(example('metadata.delta-package.yaml'), 'm.yaml');
    expect(metadata!.package.requires).toMatchObject([{ name: 'a', version: '>=0' }]);
    expect(metadata!.runtime.requires).toMatchObject([{ name: 'a', version: '>=1.0' }]);
    expect(metadata!.chain.map((one) => one.packageHash.slice(0, 8))).toEqual(['ec85c64c', '0746c8a1']);
  });
});

describe('the index', () => {
  it('comes back as it was written, sorted by path', () => {
    const other = { ...archive, path: 'a-test-1.0.package.tar' };
    const { archives, problems } = readIndex(writeIndex([archive, other]), 'repository.meta.yaml');
    expect(problems).toEqual([]);
    expect(archives.map((one) => one.path)).toEqual(['a-test-1.0.package.tar', 'b-test-1.10+1.package.tar.zst']);
    expect(archives[1]).toEqual({ ...withoutPlaces(archive), chain: [] });
  });

  it('names the image of a package where the repository is one of images, and only a digest', () => {
    const image = `sha256:${'1f'.repeat(32)}`;
    const text = writeIndex([{ ...archive, image }]);
    expect(readIndex(text, 'i').archives[0]).toMatchObject({ image });
    expect(readIndex(text.replace(image, 'latest'), 'i.yaml').problems).toMatchObject([{ code: 'LUET_BAD_FORMAT', expected: 'sha256: and 64 hexadecimal digits', found: 'latest' }]);
  });

  it('has exactly the keys that luet writes', () => {
    const inside = ['index.0', 'index.0.compilationspec', 'index.0.compilationspec.build_options', 'index.0.compilationspec.build_options.SolverOptions'];
    expect(keysOf(writeIndex([archive]), inside)).toEqual(keysOf(example('repository.meta.yaml'), inside));
  });

  it('is read from luet', () => {
    const { archives, problems } = readIndex(example('repository.meta.yaml'), 'repository.meta.yaml');
    expect(problems).toEqual([]);
    expect(archives.map((one) => one.path)).toEqual([
      'a-test-1.0+1.package.tar', 'b-test-0.1.package.tar', 'c1-t-1.0.package.tar.zst', 'c2-t-1.0.package.tar.zst',
    ]);
    expect(archives[2]!.buildValues).toEqual({ category: 't', name: 'c1', q: 'z', version: '1.0' });
  });

  it('is read from the smallest repository that a client accepts', () => {
    const { archives, problems } = readIndex(example('minimal-repo/repository.meta.yaml'), 'repository.meta.yaml');
    expect(problems).toEqual([]);
    expect(archives).toMatchObject([{ path: 'foo-cat-1.0.package.tar', sha256: '', package: { name: 'foo', category: 'cat', version: '1.0' } }]);
  });

  it('says what is wrong with a file that is none', () => {
    expect(readIndex('packages: []\n', 'x.yaml').problems).toMatchObject([{ code: 'LUET_BAD_FORMAT', file: 'x.yaml', line: 1 }]);
    expect(readIndex('', 'x.yaml').problems).toMatchObject([{ code: 'LUET_BAD_FORMAT', file: 'x.yaml' }]);
  });
});

const repository: RepositoryFile = {
  name: 'on', description: 'My 1.10', type: 'disk', urls: ['http://a'], revision: 3, lastUpdate: 1795167968, priority: undefined,
  files: {
    tree: { filename: 'tree.tar.gz', compression: 'gzip', sha256: '0c'.repeat(32) },
    meta: { filename: 'repository.meta.yaml.tar', compression: 'none', sha256: '11'.repeat(32) },
    compilertree: { filename: 'compilertree.tar.gz', compression: 'gzip', sha256: '22'.repeat(32) },
  },
};

describe('repository.yaml', () => {
  it('comes back as it was written', () => {
    expect(readRepository(writeRepository(repository), 'repository.yaml')).toEqual({ repository, problems: [] });
  });

  it('is written byte for byte like the one of luet, but for quotes', () => {
    const { repository: read } = readRepository(example('repository.yaml'), 'repository.yaml');
    expect(writeRepository(read!).replaceAll("'", '"')).toBe(example('repository.yaml'));
  });

  it('is refused when it names a file outside of the repository', () => {
    const text = writeRepository(repository).replace('filename: tree.tar.gz', 'filename: ../../etc/passwd');
    const result = readRepository(text, 'repository.yaml');
    expect(result.repository).toBeUndefined();
    expect(result.problems).toContainEqual(expect.objectContaining({ code: 'LUET_BAD_FORMAT', found: '../../etc/passwd' }));
  });

  it('needs no more than the two files that a client reads', () => {
    const { repository: read, problems } = readRepository(example('minimal-repo/repository.yaml'), 'repository.yaml');
    expect(problems).toEqual([]);
    expect(read).toMatchObject({ name: 'hand', files: { tree: { filename: 'tree.tar.gz' }, compilertree: undefined } });
  });
});

describe('the runtime tree', () => {
  it('holds a definition that reads back with all texts as texts', async () => {
    const text = writeTreeDefinition(archive.runtime);
    const path = `tree/${treeDefinitionPath(archive.runtime)}`;
    const tree = await loadTree({ roots: ['tree'], reader: memoryReader({ [path]: text }) });
    expect(tree.problems).toEqual([]);
    const { definition } = tree.packages[0]!;
    expect(definition).toMatchObject({ name: 'b', version: '1.10+1', description: 'no', license: 'MIT', uri: ['http://x'] });
    expect([...definition.labels]).toEqual([['a', '1.10'], ['n', 'on']]);
  });

  it('is read from luet', async () => {
    const tree = await loadTree({ roots: ['tree'], reader: memoryReader({ 'tree/test/a/1.0+1/definition.yaml': example('tree-definition.yaml') }) });
    expect(tree.problems).toEqual([]);
    expect(tree.packages[0]!.definition).toMatchObject({ name: 'a', category: 'test', version: '1.0+1', requires: [] });
  });
});

it('names files and tags', () => {
  const one = { category: 'a', name: 'test', version: '1.0+1' };
  expect(archiveFileName(one, 'none')).toBe('test-a-1.0+1.package.tar');
  expect(archiveFileName(one, 'gzip')).toBe('test-a-1.0+1.package.tar.gz');
  expect(archiveFileName(one, 'zstd')).toBe('test-a-1.0+1.package.tar.zst');
  expect(metadataFileName(one)).toBe('test-a-1.0+1.metadata.yaml');
  expect(metadataImageTag(one)).toBe('test-a-1.0-1.metadata.yaml');
});

/** Keys of the mappings at the given dotted paths, and of the top. */
function keysOf(text: string, paths: readonly string[]): Record<string, string[]> {
  const { root } = parseYaml({ text, file: 'x' });
  return Object.fromEntries(['', ...paths].map((path) => [path, keysAt(root!, path === '' ? [] : path.split('.'))]));
}

function keysAt(node: YamlNode, path: readonly string[]): string[] {
  const [head, ...rest] = path;
  if (head === undefined) return node.kind === 'mapping' ? node.entries.map((one) => one.key.text) : [];
  if (node.kind === 'sequence') return keysAt(node.items[Number(head)]!, rest);
  return node.kind === 'mapping' ? keysAt(node.entries.find((one) => one.key.text === head)!.value, rest) : [];
}

/** References that were read know where they stand; the ones above do not. */
function withoutPlaces(one: ArchiveMetadata): object {
  const place = { at: expect.anything() };
  return {
    ...one,
    package: { ...one.package, requires: one.package.requires.map((each) => ({ ...each, ...place })) },
    runtime: { ...one.runtime, requires: one.runtime.requires.map((each) => ({ ...each, ...place })) },
  };
}
