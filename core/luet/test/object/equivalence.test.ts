// A package says the same as an object and as files: the same model, the same plan, the same tags.
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { formatProblem, hashPackage, loadTree, planPackages, readPackageObject, tagPlan, writePackageFiles, writePackageObject } from '../../src/index.ts';
import type { BytesReader, GivenObject, PackagePlan, Tree, TreeReader } from '../../src/index.ts';
import { memoryReader } from '../rig/memory-tree.ts';
import { render } from '../rig/render.ts';

const at = { file: 'cos.config.ts', line: 3, column: 7 };

const identity = (name: string, version: string, rest = ''): string => `category: "t"\nname: "${name}"\nversion: "${version}"\n${rest}`;

/** What objects stand beside in both trees. */
const others: Readonly<Record<string, string>> = {
  'tree/base/definition.yaml': identity('base', '1.0'),
  'tree/base/build.yaml': 'image: "debian:12"\nsteps: ["make"]\n',
  'tree/lib1/definition.yaml': identity('lib', '1.0'),
  'tree/lib1/build.yaml': 'requires: [{category: t, name: base, version: ">=0"}]\nsteps: ["make 1"]\n',
  'tree/lib2/definition.yaml': identity('lib', '2.0', 'requires: [{category: t, name: base, version: "1.0"}]\n'),
  'tree/lib2/build.yaml': 'requires: [{category: t, name: base, version: ">=0"}]\nsteps: ["make 2"]\n',
  'tree/above/definition.yaml': identity('above', '1.0'),
  'tree/above/build.yaml': 'requires: [{category: t, name: given, version: ">=0"}]\nsteps: ["make above"]\n',
  'tree/final/definition.yaml': identity('final', '1.0'),
  'tree/final/build.yaml': 'requires_final_images: true\nrequires: [{category: t, name: given, version: ">=0"}]\ncopy: [{package: {category: t, name: given, version: ">=0"}, source: /a, destination: /b}]\nunpack: true\n',
};

const text = fc.oneof(
  fc.constantFrom('make', 'echo {{ .Values.x }}', '{{{', '}}{{', '{{`{{`}}', 'yes', '1.10', '~', '<no value>x', 'a: b', '# no comment', "it's", '- x', ' lead', 'trail ', 'two\\\n  lines', '\ttab', 'é\u{1F600}', '<<', '!tag', '&a *a', '|', '"', ''),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const texts = fc.array(text, { maxLength: 3 });
const mounts = fc.constantFrom<unknown>(undefined, [], [{ type: 'cache', target: '/c', sharing: 'locked' }, { type: 'secret', id: 'token', env: 'TOKEN' }]);
const steps = fc.array(fc.oneof(text, fc.record({ run: fc.constantFrom('make', 'echo {{ .Values.x }}'), mounts })), { maxLength: 3 });
const reference = fc.constantFrom<unknown>('t/base', 't/lib', 't/lib@1.0', 't/lib@<2', { category: 't', name: 'lib', version: '>=1.0' }, { category: 't', name: 'base', version: '>=0' }, { name: 'gone', version: '1.0' });
const references = fc.array(reference, { maxLength: 3 });
const flag = fc.boolean();
const path = fc.constantFrom('/etc', '/usr/bin/x', '/', '/a b');
const relative = fc.constantFrom('a', 'b/c', 'b/d', '.hidden', 'Dockerfile', 'a b', 'ü');
const labels = fc.dictionary(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((key) => key !== '<<'), text, { maxKeys: 3 });
const env = fc.array(text.map((value) => `NAME=${value}`), { maxLength: 2 });
const pattern = fc.array(fc.constantFrom('^/usr', '(', '.*', '^/luetbuild$'), { maxLength: 2 });
const copy = fc.oneof(fc.record({ package: reference, source: path, destination: path }), fc.record({ image: fc.constant('debian:12'), source: path, destination: path }));
const about = { hidden: flag, labels, annotations: labels, description: text, license: text, provides: fc.constantFrom<unknown>([], ['t/other@1.0'], ['t/lib@1.0']) };
const subpackage = fc.record({ category: fc.constant('t'), name: fc.constantFrom('sub', 'other-sub'), version: fc.constant('1.0'), requires: references, includes: pattern, excludes: pattern, description: text }, { requiredKeys: ['category', 'name', 'version'] });

const given = fc.record(
  {
    category: fc.constant('t'),
    name: fc.constant('given'),
    version: fc.constantFrom('1.0', '1.0+1', '2:3-r1', '10'),
    image: fc.constantFrom('debian:12', ''),
    requires: references,
    conflicts: fc.constantFrom<unknown>([], ['t/lib@2.0']),
    requiresFinalImages: flag,
    copy: fc.array(copy, { maxLength: 2 }),
    env,
    prelude: steps,
    steps,
    unpack: flag,
    packageDir: fc.constantFrom('/output', ''),
    includes: pattern,
    excludes: pattern,
    retrieve: fc.constantFrom<unknown>([], ['*.tar']),
    subpackages: fc.array(subpackage, { maxLength: 1 }),
    seed: text,
    runtime: fc.record({ requires: references, conflicts: references }, { requiredKeys: [] }),
    uri: texts,
    useFlags: texts,
    finalizer: fc.record({ shell: texts, install: texts, uninstall: texts }, { requiredKeys: [] }),
    files: fc.dictionary(relative, text, { maxKeys: 3 }),
    ...about,
  },
  { requiredKeys: ['category', 'name', 'version'] },
);

function bytesOf(files: Readonly<Record<string, string>>): TreeReader & BytesReader {
  const reader = memoryReader(files);
  return { ...reader, readBytes: async (file) => Buffer.from(await reader.readFile(file)) };
}

interface Seen {
  readonly tree: Tree;
  readonly plan: PackagePlan;
  readonly reader: BytesReader;
}

async function see(files: Readonly<Record<string, string>>, objects: readonly GivenObject[] = []): Promise<Seen> {
  const reader = bytesOf(files);
  const tree = await loadTree({ roots: ['tree'], reader, objects });
  return { tree, reader, plan: planPackages({ tree, targets: 'all', render }) };
}

/** The same package as files, below `tree`. */
function asFiles(data: unknown): Readonly<Record<string, string>> {
  const { one } = readPackageObject(data, at);
  if (one === undefined) throw new Error('the object has no identity');
  return Object.fromEntries([...one.files, ...writePackageFiles(one)].map(([name, content]) => [`tree/given/${name}`, content]));
}

/** Without what only says where something is written. */
function withoutPlaces(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, withoutPlaces(item)]));
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (key === 'at' || key === 'positions' ? [] : [[key, withoutPlaces(item)]])));
}

function modelOf({ tree, plan }: Seen): unknown {
  return {
    definitions: Object.fromEntries(tree.packages.map((one) => [one.fingerprintName, withoutPlaces(one.definition)])),
    recipes: Object.fromEntries(plan.rendered.map((one) => [one.package.fingerprintName, withoutPlaces([one.spec, one.buildRequires, one.buildConflicts, one.provides])])),
  };
}

function planOf({ plan }: Seen): unknown {
  const images = Object.fromEntries(plan.images.map((one) => [one.id, one]));
  const packages = Object.fromEntries(plan.packages.map((one) => [one.fingerprintName, [one.role, one.kind, one.archive, one.chain, one.image, one.finalRequires, one.copies]]));
  return { images, packages, problems: plan.problems.map(({ code }) => code).toSorted() };
}

async function tagsOf({ plan, reader }: Seen): Promise<unknown> {
  const { tags, problems } = await tagPlan({ plan, reader });
  return { tags: Object.fromEntries(tags), problems };
}

describe('an object and the files that say the same', () => {
  it('are the same model, are planned to the same and have the same tags', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (data) => {
        const fromObject = await see(others, [{ data, at }]);
        const fromFiles = await see({ ...others, ...asFiles(data) });
        expect(modelOf(fromObject)).toEqual(modelOf(fromFiles));
        expect(planOf(fromObject)).toEqual(planOf(fromFiles));
        expect(await tagsOf(fromObject)).toEqual(await tagsOf(fromFiles));
      }),
      { numRuns: 150 },
    );
  });

  it('are equal data, however references are written', () => {
    fc.assert(
      fc.property(given, (data) => {
        const { one } = readPackageObject(data, at);
        const written = writePackageObject(one!);
        const again = readPackageObject(structuredClone(written), at);
        expect(again.problems.filter(({ severity }) => severity === 'error').map(formatProblem)).toEqual([]);
        expect(withoutPlaces(again.one)).toEqual(withoutPlaces(one));
        expect(writePackageObject(again.one!)).toEqual(written);
      }),
    );
  });
});

describe('the folder of an object', () => {
  const data = { category: 't', name: 'given', version: '1.0', requires: ['t/base'], steps: ['cp x /x'] };
  const folderOf = async (files: Readonly<Record<string, string>>, over: object): Promise<string> => {
    const { tree, reader } = await see({ ...others, ...files }, [{ data: { ...data, ...over }, at }]);
    const hash = await hashPackage(tree.packages.find((one) => one.definition.name === 'given')!, reader);
    return hash.ok ? hash.hash : formatProblem(hash.problem);
  };

  it('has the same hash with its texts in the object and in a folder, and another one with another text', async () => {
    const inline = await folderOf({}, { files: { x: 'one', 'deep/y': 'two' } });
    expect(await folderOf({ 'files/x': 'one', 'files/deep/y': 'two' }, { context: './files/' })).toBe(inline);
    expect(await folderOf({ 'files/x': 'one', 'files/deep/y': '2' }, { context: 'files' })).not.toBe(inline);
    expect(await folderOf({}, {})).not.toBe(inline);
  });

  it('does not have the files of a package that lie at its top, because those of the object stand there', async () => {
    const plain = { 'files/x': 'one', 'files/deep/build.yaml': 'two' };
    const hidden = { 'files/definition.yaml': 'a', 'files/build.yaml': 'b', 'files/collection.yaml': 'c', 'files/finalize.yaml': 'd' };
    expect(await folderOf({ ...plain, ...hidden }, { context: 'files' })).toBe(await folderOf(plain, { context: 'files' }));
    expect(await folderOf({ 'files/x': 'one' }, { context: 'files' })).not.toBe(await folderOf(plain, { context: 'files' }));
  });
});
