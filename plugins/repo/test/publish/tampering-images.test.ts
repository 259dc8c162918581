import { createRegistry, type Registry } from '@cos/registry';
import { startRegistry, type TestRegistry } from '@cos/registry/testing';
import { signatureTag, signImage } from '@cos/trust';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { IndexSigner } from '../../src/publish/index-signer.ts';
import type { Place } from '../../src/publish/place.ts';
import { images, publishTo, samples } from './rig.ts';
import { expectRow, installFrom, makeSigner, modes, trustIn, type Row } from './tampered.ts';

// The same of a signed repository of images, for who can write there.

const { signal } = new AbortController();
let server: TestRegistry;
let registry: Registry;
let own: IndexSigner;
let other: IndexSigner;

beforeAll(async () => {
  server = await startRegistry();
  registry = createRegistry();
  [own, other] = [await makeSigner('own.pub'), await makeSigner('other.pub')];
});
afterAll(async () => {
  await registry.close();
  await server.close();
});

interface ImageRow extends Row {
  readonly to: (repository: string, world: ImageWorld) => Promise<void>;
}

interface ImageWorld {
  /** Digest of the image of repository.yaml before the last publication. */
  readonly before: string;
  /** Another image repository of the same publisher, signed. */
  readonly neighbour: string;
  /** One of somebody else. */
  readonly foreign: string;
}

const indexDigest = async (repository: string): Promise<string> => (await registry.resolve(`${repository}:repository.yaml`))!.digest;
const putIndex = async (repository: string, digest: string): Promise<void> => void (await registry.tag(`${repository}@${digest}`, 'repository.yaml'));

/** Copies a tag with its blobs from one repository into another. */
async function copy(from: string, tag: string, to: string, as = tag): Promise<string> {
  const { manifest, bytes, descriptor } = await registry.manifest(`${from}:${tag}`);
  if (manifest.kind !== 'image') throw new Error('no image');
  for (const part of [manifest.config, ...manifest.layers]) await registry.pushBlob({ repository: to, descriptor: part, content: await collect(registry.blob({ repository: from, descriptor: part })) });
  return (await registry.pushManifest({ reference: `${to}:${as}`, bytes, mediaType: descriptor.mediaType })).digest;
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const copyAll = async (from: string, to: string): Promise<void> => {
  for (const tag of (await registry.tags(from)) ?? []) await copy(from, tag, to);
};
const tagOf = async (repository: string, what: RegExp): Promise<string> => (await registry.tags(repository))!.filter((tag) => what.test(tag)).toSorted().at(-1)!;

const imageRows: readonly ImageRow[] = [
  { does: 'the signature of the index away', to: async (repository) => registry.delete(`${repository}@${(await registry.resolve(`${repository}:${signatureTag(await indexDigest(repository))}`))!.digest}`), enforce: 'unsigned', names: /r\d+:repository\.yaml@sha256:\S* is not signed/ },
  { does: 'the signature of the older index there', to: async (repository, { before }) => void (await registry.tag(`${repository}:${signatureTag(before)}`, signatureTag(await indexDigest(repository)))), enforce: 'invalid', names: /:repository\.yaml@sha256/ },
  { does: 'the index of somebody else', to: async (repository, { foreign }) => void (await copy(foreign, 'repository.yaml', repository)), enforce: 'unsigned', names: /:repository\.yaml@sha256/, otherwise: 'not-found' },
  { does: 'the whole repository of somebody else', to: async (repository, { foreign }) => copyAll(foreign, repository), enforce: 'invalid', names: /:repository\.yaml@sha256/ },
  { does: 'the whole of another signed repository of the same publisher', to: async (repository, { neighbour }) => copyAll(neighbour, repository), enforce: 'identity', names: /:repository\.yaml@sha256/ },
  { does: 'an earlier index, seen before', to: async (repository, { before }) => putIndex(repository, before), enforce: 'replay', names: /repository\.yaml of \S*r\d+/, over: () => ({ seen: { name: 'sample', revision: 2, lastUpdate: 0, sha256: '' } }) },
  { does: 'an earlier index, for too long', to: async (repository, { before }) => putIndex(repository, before), enforce: 'frozen', names: /repository\.yaml of \S*r\d+/, over: () => ({ maxAgeDays: 7, now: new Date(Date.UTC(2026, 0, 10)) }) },
  { does: 'an older package under the tag of a newer one', to: async (repository) => void (await registry.tag(`${repository}:a-app-1.0`, 'a-app-1.1')), enforce: 'installs', names: /^$/, warned: [] },
  { does: 'the package of somebody else under a tag', to: async (repository, { foreign }) => void (await copy(foreign, 'a-app-9.9', repository, 'a-app-1.1')), enforce: 'installs', names: /^$/, warned: [] },
  { does: 'another tree under the tag of the tree', to: async (repository, { foreign }) => void (await copy(foreign, await tagOf(foreign, /tree\.tar/), repository, await tagOf(repository, /[0-9a-f]-tree\.tar/))), enforce: 'format', names: /holds no file/, otherwise: 'format', warned: [] },
  { does: 'the tree of the older index under the tag of the tree', to: async (repository) => { const trees = (await registry.tags(repository))!.filter((tag) => /-tree\.tar/.test(tag)).toSorted(); await registry.tag(`${repository}:${trees[0]}`, trees.at(-1)!); }, enforce: 'format', names: /holds no file/, otherwise: 'format', warned: [] },
  { does: 'no package', to: async (repository) => registry.delete(`${repository}@${(await registry.resolve(`${repository}:a-app-1.1`))!.digest}`), enforce: 'not-found', names: /a-app-1\.1/, otherwise: 'not-found', warned: [] },
  { does: 'something else under the tag of signatures', to: async (repository) => void (await registry.tag(`${repository}:a-app-1.0`, signatureTag(await indexDigest(repository)))), enforce: 'unsigned', names: /:repository\.yaml@sha256/ },
  { does: 'a signature of another key added', to: async (repository) => void (await signImage({ registry, repository, digest: await indexDigest(repository), key: other.key, signal })), enforce: 'installs', names: /^$/, warned: [] },
];

test.each(imageRows)('in an image repository: $does', async (row) => {
  const place = await nextPlace();
  await publishTo(place, await samples('app/a@1.0'), { signer: own });
  const before = await indexDigest(place.name);
  await publishTo(place, await samples('app/a@1.1'), { signer: own });
  await row.to(place.name, { before, ...(await others()) });
  for (const mode of modes) {
    const told = await installFrom(place, trustIn(own, { mode, ...row.over?.() }));
    if (mode === 'enforce' && row.enforce === 'installs') expect(told).toMatchObject({ end: 'installs', warned: [] });
    else expectRow(row, mode, told);
  }
});

let neighbours: Pick<ImageWorld, 'neighbour' | 'foreign'> | undefined;
async function others(): Promise<Pick<ImageWorld, 'neighbour' | 'foreign'>> {
  if (neighbours !== undefined) return neighbours;
  const [neighbour, foreign] = [await nextPlace(), await nextPlace()];
  await publishTo(neighbour, await samples({ id: 'app/a@3.0', text: 'another' }), { signer: own });
  await publishTo(foreign, await samples({ id: 'app/a@9.9', text: 'evil' }), { signer: other });
  neighbours = { neighbour: neighbour.name, foreign: foreign.name };
  return neighbours;
}

let count = 0;
const nextPlace = async (): Promise<Place> => images(`${server.host}/tampering/r${(count += 1)}`, registry);
