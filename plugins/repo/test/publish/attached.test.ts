import { createHash, type KeyObject } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStage } from '@cos/core/testing';
import { createRegistry } from '@cos/registry';
import { startRegistry } from '@cos/registry/testing';
import { generateKeyPair, listAttached, openEnvelope, openPrivateKey, readImageStatements, sealEnvelope, statementType, trustedKey, type TrustedKey } from '@cos/trust';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { repo } from '../../src/index.ts';
import type { IndexSigner } from '../../src/publish/index-signer.ts';
import { temporaryFolder } from '../rig.ts';
import { folder, images, publishTo, samples } from './rig.ts';

const signal = new AbortController().signal;
let pub: string;
let key: KeyObject;
let trusted: TrustedKey;
let signer: IndexSigner;

beforeAll(async () => {
  const pair = await generateKeyPair('');
  pub = pair.publicKey;
  key = await openPrivateKey(pair.privateKey, '', 'cos.key');
  trusted = trustedKey(pub, 'cos.pub');
  signer = { key, trusted, signatures: undefined };
});

const hex = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const statementOf = (name: string, sha256: string, byproducts: readonly object[] = []) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name, digest: { sha256 } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: { buildDefinition: { buildType: 'urn:cos:build:1', externalParameters: {}, resolvedDependencies: [{ uri: 'packages', digest: { cosTree: '0' } }] }, runDetails: { builder: { id: 'urn:cos' }, byproducts } },
});

describe('to an image that is pushed', () => {
  interface Given {
    readonly image: string;
    readonly digest: string;
    readonly at: (name: string, text: string) => string;
  }

  async function made(): Promise<Given> {
    const [one] = await samples('app/a@1');
    const { category, name, version, compression, path } = one!.archive;
    const run = await runStage(repo(), 'image', { inputs: { archives: [{ path, meta: { category, name, version, compression } }] }, options: { tag: 'tools' } });
    onTestFinished(async () => run.workspace.remove());
    const home = await temporaryFolder();
    const at = (file: string, text: string): string => {
      writeFileSync(join(home, file), text);
      return join(home, file);
    };
    return { image: run.outputs.image.path, digest: JSON.parse(readFileSync(join(run.outputs.image.path, 'index.json'), 'utf8')).manifests[0].digest, at };
  }

  const spdx = '{"spdxVersion":"SPDX-2.3"}';
  const byproducts = [{ name: 'tools.spdx.json', mediaType: 'application/spdx+json', digest: { sha256: hex(spdx) } }];

  async function push(host: string, { image, at }: Given, inputs: { readonly statement?: string; readonly spdx?: string; readonly publicKey?: string }, options: object = {}) {
    const files = Object.fromEntries(Object.entries({ publicKey: pub, ...inputs }).map(([name, text]) => [name, at(name, text)]));
    const run = await runStage(repo(), 'publishImage', { inputs: { image, ...files }, options: { to: `docker:${host}/os:tools`, ...options } });
    onTestFinished(async () => run.workspace.remove());
    return run;
  }
  const seal = (statement: object, by = key): string => sealEnvelope(Buffer.from(JSON.stringify(statement)), statementType, by);

  test('a signed statement and the bills that it names are attached, once, however often it is pushed and signed', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry();
    const given = await made();
    const statement = statementOf(`${server.host}/os`, given.digest.slice(7), byproducts);
    for (let round = 0; round < 2; round += 1) {
      expect((await push(server.host, given, { statement: seal(statement), spdx })).text).toBe('');
      const place = { registry, repository: `${server.host}/os`, digest: given.digest, signal };
      expect((await readImageStatements({ ...place, image: place.repository, keys: [trusted] })).signed).toMatchObject([statement.predicate].map((predicate) => ({ predicate })));
      expect(await listAttached(place, ['application/spdx+json'])).toMatchObject([{ title: 'tools.spdx.json', content: { digest: `sha256:${hex(spdx)}` } }]);
    }
    expect((await registry.tags(`${server.host}/os`))?.toSorted()).toEqual([given.digest.replace(':', '-'), 'tools']);
  });

  test('they are kept in another image repository where one is named', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry();
    const given = await made();
    expect((await push(server.host, given, { statement: seal(statementOf('os', given.digest.slice(7))) }, { signatures: `${server.host}/sigs` })).text).toBe('');
    expect(await registry.tags(`${server.host}/os`)).toEqual(['tools']);
    expect(await registry.referrers(`${server.host}/sigs@${given.digest}`)).toHaveLength(1);
  });

  test('a statement about something else, one that nobody has signed, and a bill that none names are refused, and nothing has the tag', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry();
    const given = await made();
    const refused = async (inputs: Parameters<typeof push>[2]) => (await push(server.host, given, inputs)).failure;
    const own = statementOf('os', given.digest.slice(7));
    const stranger = await openPrivateKey((await generateKeyPair('')).privateKey, '', 'x');
    expect(await refused({ statement: seal(statementOf('os', hex('other'))) })).toMatchObject({ code: 'COS_REPO_STATEMENT', message: expect.stringContaining(`expected ${given.digest}; found ${hex('other')}`) });
    expect(await refused({ statement: seal(own, stranger) })).toMatchObject({ code: 'COS_REPO_STATEMENT' });
    expect(await refused({ statement: seal(own), spdx })).toMatchObject({ code: 'COS_REPO_STATEMENT', message: 'Expected bills that the statement names by their digests; found another one.' });
    expect(await refused({ spdx })).toMatchObject({ code: 'COS_REPO_STATEMENT', message: expect.stringContaining('found no "statement"') });
    expect(await registry.resolve(`${server.host}/os:tools`)).toBeUndefined();
  });
});

describe('to the index of a repository', () => {
  const statement = JSON.stringify(statementOf('my-os/repository.yaml', hex('the folder that is not published')));

  test('a statement about what is published is attached before the index is put in place, with the index before as a dependency', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry();
    const repository = `${server.host}/os`;
    const place = await images(repository);
    const statements = async (tag = 'repository.yaml') => {
      const digest = (await registry.resolve(`${repository}:${tag}`))?.digest ?? '';
      return { digest, ...(await readImageStatements({ registry, repository, image: repository, digest, keys: [trusted], signal })) };
    };
    const first = await publishTo(place, await samples('app/a@1'), { signer, statement });
    const before = await statements();
    expect(before.signed).toMatchObject([{ subjects: [{ name: repository, sha256: before.digest.slice(7) }], predicate: { buildDefinition: { resolvedDependencies: [{ uri: 'packages' }] } } }]);
    expect((await statements(`${first.snapshot}-repository.yaml`)).signed).toHaveLength(1);
    expect(await publishTo(place, await samples('app/a@1'), { signer, statement })).toMatchObject({ isNew: false });
    expect((await statements()).signed).toHaveLength(1);
    await publishTo(place, await samples('app/b@1'), { signer, statement });
    const after = await statements();
    expect(after.digest).not.toBe(before.digest);
    expect(after.signed).toMatchObject([{ predicate: { buildDefinition: { resolvedDependencies: [{ name: 'the index that is published before', digest: { sha256: before.digest.slice(7) } }, { uri: 'packages' }] } } }]);
  });

  test('an index that has none is published anew, and snapshots take theirs along when they go', async () => {
    await using server = await startRegistry();
    await using registry = createRegistry();
    const repository = `${server.host}/os`;
    const place = await images(repository);
    await publishTo(place, await samples('app/a@1'), { signer });
    const renewed = await publishTo(place, await samples('app/a@1'), { signer, statement });
    expect(renewed).toMatchObject({ isNew: true, revision: 2 });
    const old = (await registry.resolve(`${repository}:${renewed.snapshot}-repository.yaml`))?.digest;
    const retain = { versions: undefined, snapshots: 2 };
    for (const id of ['app/b@1', 'app/c@1']) await publishTo(place, await samples(id), { signer, statement, retain });
    expect(await registry.referrers(`${repository}@${old}`)).toEqual([]);
    expect((await registry.tags(repository))?.filter((tag) => tag.includes(old!.slice(7)))).toEqual([]);
  });

  test('a folder has it beside the signature, and it goes with its snapshot', async () => {
    const home = await temporaryFolder();
    const place = folder(home);
    await publishTo(place, await samples('app/a@1'), { signer, statement });
    const named = (): readonly string[] => readdirSync(home).filter((name) => name.endsWith('.intoto.jsonl'));
    const sha256 = hex(readFileSync(join(home, 'repository.yaml')));
    expect(named()).toEqual([`sha256-${sha256}.intoto.jsonl`]);
    const { payload } = openEnvelope(readFileSync(join(home, `sha256-${sha256}.intoto.jsonl`), 'utf8'), [trusted], 'x');
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ subject: [{ name: 'my-os/repository.yaml', digest: { sha256 } }] });
    expect(await publishTo(place, await samples('app/a@1'), { signer, statement })).toMatchObject({ isNew: false });
    writeFileSync(join(home, `sha256-${sha256}.intoto.jsonl`), 'damaged');
    expect(await publishTo(place, await samples('app/a@1'), { signer, statement })).toMatchObject({ isNew: true });
    const retain = { versions: undefined, snapshots: 2 };
    for (const id of ['app/b@1', 'app/c@1']) await publishTo(place, await samples(id), { signer, statement, retain });
    expect(named()).toHaveLength(2);
  });

  test('what is no statement of provenance is refused, and so is one that nobody would sign', async () => {
    const home = await temporaryFolder();
    await expect(publishTo(folder(home), await samples('app/a@1'), { signer, statement: '{}' })).rejects.toMatchObject({ diagnostics: [{ code: 'COS_REPO_STATEMENT' }] });
    expect(readdirSync(home)).not.toContain('repository.yaml');
    const path = join(await temporaryFolder(), 'statement.json');
    writeFileSync(path, statement);
    const run = await runStage(repo(), 'publish', { inputs: { archives: [], metadata: [], trees: [], locks: [], statement: path }, options: { to: home, name: 'x' } });
    onTestFinished(async () => run.workspace.remove());
    expect(run.failure).toMatchObject({ code: 'COS_REPO_STATEMENT', message: 'Expected `sign: true` beside the input "statement"; found it off.' });
  });
});
