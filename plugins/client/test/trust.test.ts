import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, CommandContext, Diagnostic } from '@cos/core';
import { createSignature, generateKeyPair, openPrivateKey } from '@cos/trust';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { upgrade } from '../src/commands/change.ts';
import { install } from '../src/commands/install.ts';
import { search } from '../src/commands/search.ts';

// What `cos install`, `upgrade` and `search` do with policies, on repositories that are written by hand.

const keys: Record<string, { readonly pem: string; readonly key: Awaited<ReturnType<typeof openPrivateKey>> }> = {};

beforeAll(async () => {
  for (const name of ['own', 'other']) {
    const pair = await generateKeyPair('');
    keys[name] = { pem: pair.publicKey, key: await openPrivateKey(pair.privateKey, '', name) };
  }
});

interface World {
  readonly folder: string;
  readonly root: string;
  /** Publishes a version of app/tool, signed by a key. */
  publish(repository: string, version: number, signer?: 'own' | 'other'): Promise<void>;
  run(command: Command, args: Readonly<Record<string, unknown>>): Promise<{ readonly code: number; readonly told: readonly Diagnostic[]; readonly warned: readonly string[]; readonly printed: readonly string[] }>;
}

async function createWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'cos-client-trust-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'root');
  mkdirSync(root);
  for (const [name, { pem }] of Object.entries(keys)) writeFileSync(join(folder, `${name}.pub`), pem);
  return {
    folder,
    root,
    async publish(repository, version, signer) {
      const at = join(folder, repository);
      rmSync(at, { recursive: true, force: true });
      mkdirSync(join(at, 'work/tree/app/tool'), { recursive: true });
      const identity = { category: 'app', name: 'tool', version: String(version) };
      writeFileSync(join(at, 'work/tree/app/tool/definition.yaml'), JSON.stringify(identity));
      writeFileSync(join(at, 'work/tool'), String(version));
      const tar = (name: string, from: string, what: string): string => {
        execFileSync('tar', ['-C', join(at, 'work', from), '-cf', join(at, name), what]);
        return createHash('sha256').update(readFileSync(join(at, name))).digest('hex');
      };
      const archive = tar('tool.package.tar', '.', 'tool');
      writeFileSync(join(at, 'work/repository.meta.yaml'), JSON.stringify({ index: [{ path: 'tool.package.tar', checksums: { sha256: archive }, compressiontype: 'none', compilationspec: { package: identity } }] }));
      const file = (name: string, from: string, what: string): object => ({ filename: name, compressiontype: 'none', checksums: { sha256: tar(name, from, what) } });
      const yaml = JSON.stringify({ name: repository, type: 'disk', revision: version, last_update: String(1_800_000_000 + version), repo_files: { tree: file('tree.tar', 'tree', 'app'), meta: file('repository.meta.yaml.tar', '.', 'repository.meta.yaml') } });
      writeFileSync(join(at, 'repository.yaml'), yaml);
      if (signer !== undefined) writeFileSync(join(at, 'repository.yaml.sig'), await createSignature(streamOf(yaml), keys[signer]!.key));
    },
    async run(command, given) {
      const [told, warned, printed]: [Diagnostic[], string[], string[]] = [[], [], []];
      const args = { packages: ['app/tool'], words: [], repository: [], key: [], verify: undefined, trust: undefined, config: undefined, root, relax: false, force: false, devices: 'refuse', finalizerEnv: [], skipFinalizers: false, sync: false, json: false, installed: undefined, output: undefined, format: undefined, ...given };
      const context: CommandContext<any, any> = {
        args, workspace: folder, cwd: folder, plugin: {}, env: {}, set: {}, derivatives: [], signal: new AbortController().signal,
        print: (line) => void printed.push(line), log: { info: () => {}, warn: (line) => void warned.push(line) }, tell: (problems) => void told.push(...problems), reveal: async () => '', run: async () => ({}), readPins: () => Promise.reject(new Error('Internal error: no pins here')), repeat: () => Promise.reject(new Error('Internal error: no builds here')), openTools: () => Promise.reject(new Error('Internal error: no tools here')),
      };
      const code = await command.handle(context);
      return { code: typeof code === 'number' ? code : 0, told, warned, printed };
    },
  };
}

async function* streamOf(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
}

const codes = ({ code, told, warned }: Awaited<ReturnType<World['run']>>): readonly unknown[] => [code, told.map((one) => one.code), warned.length];

test('with a key, only what it has signed is installed, upgraded and found', async () => {
  const world = await createWorld();
  await world.publish('signed', 1, 'own');
  await world.publish('foreign', 1, 'other');
  await world.publish('plain', 1);
  for (const command of [install, upgrade, search]) {
    const [good, foreign, plain] = [await world.run(command, { repository: ['signed'], key: ['own.pub'] }), await world.run(command, { repository: ['foreign'], key: ['own.pub'] }), await world.run(command, { repository: ['plain'], key: ['own.pub'] })];
    expect([codes(good), codes(foreign), codes(plain)]).toEqual([[0, [], 0], [1, ['COS_CLIENT_UNTRUSTED'], 0], [1, ['COS_CLIENT_UNTRUSTED'], 0]]);
    expect(foreign.told[0]!.message).toBe(`The signature repository.yaml.sig does not fit ${world.folder}/foreign/repository.yaml and own.pub.`);
  }
  expect(codes(await world.run(search, { repository: ['foreign'], key: ['own.pub', 'other.pub'] }))).toEqual([0, [], 0]);
});

test('with --verify warn what is wrong is told and used, with --verify off nobody looks', async () => {
  const world = await createWorld();
  await world.publish('plain', 1);
  const warned = await world.run(install, { repository: ['plain'], key: ['own.pub'], verify: 'warn' });
  expect([codes(warned), warned.warned]).toEqual([[0, [], 1], [`${world.folder}/plain/repository.yaml is not signed, or was changed since`]]);
  expect(existsSync(join(world.root, 'tool'))).toBe(true);
  expect(codes(await world.run(search, { repository: ['plain'], verify: 'off' }))).toEqual([0, [], 0]);
  expect(codes(await world.run(search, { repository: ['plain'] }))).toEqual([0, [], 0]);
  expect(codes(await world.run(search, { repository: ['plain'], verify: 'enforce' }))).toEqual([2, ['COS_CLIENT_POLICY'], 0]);
  expect(codes(await world.run(search, { repository: ['plain'], key: ['own.pub'], verify: 'off' }))).toEqual([2, ['COS_CLIENT_REQUEST'], 0]);
  expect(codes(await world.run(search, { repository: ['plain'], key: ['none.pub'] }))).toEqual([2, ['COS_CLIENT_POLICY'], 0]);
});

test('a root notes what it has seen, and refuses an older index afterwards; searching for it compares and notes nothing', async () => {
  const world = await createWorld();
  await world.publish('signed', 2, 'own');
  await world.run(install, { repository: ['signed'], key: ['own.pub'] });
  const record = join(world.root, 'var/lib/cos/repositories.json');
  expect(JSON.parse(readFileSync(record, 'utf8')).repositories).toMatchObject({ signed: { name: 'signed', revision: 2 } });
  const before = readFileSync(record, 'utf8');
  await world.publish('signed', 1, 'own');
  for (const command of [install, upgrade, search]) expect(codes(await world.run(command, { repository: ['signed'], key: ['own.pub'] }))).toEqual([1, ['COS_CLIENT_REPLAY'], 0]);
  expect(codes(await world.run(upgrade, { repository: ['signed'], key: ['own.pub'], verify: 'warn' }))).toEqual([0, [], 1]);
  await world.publish('signed', 3, 'own');
  expect(codes(await world.run(search, { repository: ['signed'], key: ['own.pub'] }))).toEqual([0, [], 0]);
  expect(readFileSync(record, 'utf8')).toBe(before);
  await world.run(upgrade, { repository: ['signed'], key: ['own.pub'] });
  expect(JSON.parse(readFileSync(record, 'utf8')).repositories.signed.revision).toBe(3);
  writeFileSync(record, '{');
  expect(codes(await world.run(upgrade, { repository: ['signed'], key: ['own.pub'] }))).toEqual([1, ['COS_CLIENT_STATE'], 0]);
});

test('a root filesystem that is made as a file notes what it was made of, too', async () => {
  const world = await createWorld();
  await world.publish('signed', 4, 'own');
  const output = join(world.folder, 'root.tar');
  expect(codes(await world.run(install, { repository: ['signed'], key: ['own.pub'], root: undefined, output }))).toEqual([0, [], 0]);
  const record = execFileSync('tar', ['-xOf', output, 'var/lib/cos/repositories.json'], { encoding: 'utf8' });
  expect(JSON.parse(record).repositories.signed.revision).toBe(4);
});

test('a web server is believed as little as a folder: it may keep signatures away, or give old ones', async () => {
  const world = await createWorld();
  await world.publish('signed', 5, 'own');
  const withheld = new Set<string>();
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1));
    const path = join(world.folder, 'signed', name);
    if (withheld.has(name) || !existsSync(path)) response.writeHead(404).end();
    else response.end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`;
  expect(codes(await world.run(install, { repository: [url], key: ['own.pub'] }))).toEqual([0, [], 0]);
  withheld.add('repository.yaml.sig');
  const refused = await world.run(upgrade, { repository: [url], key: ['own.pub'] });
  expect([refused.code, refused.told[0]?.message]).toEqual([1, `${url}repository.yaml is not signed, or was changed since.`]);
  withheld.clear();
  await world.publish('signed', 4, 'own');
  expect(codes(await world.run(upgrade, { repository: [url], key: ['own.pub'] }))).toEqual([1, ['COS_CLIENT_REPLAY'], 0]);
});

test('a file of policies says for each repository what must be signed by whom', async () => {
  const world = await createWorld();
  for (const [name, signer] of [['ours', 'own'], ['theirs', 'other'], ['plain', undefined], ['unknown', undefined]] as const) await world.publish(name, 1, signer);
  writeFileSync(
    join(world.folder, 'trust.yaml'),
    `policies:
- match: ${world.folder}/ours
  mode: enforce
  keys: [own.pub]
  identity: ours
- {match: theirs, mode: warn, keys: [own.pub]}
- {match: plain, mode: off}
`,
  );
  const run = async (...repository: readonly string[]) => world.run(search, { repository, trust: 'trust.yaml' });
  expect(codes(await run('ours', 'plain'))).toEqual([0, [], 0]);
  const mixed = await run('ours', 'theirs', 'plain', 'unknown');
  expect([codes(mixed), mixed.warned.toSorted()]).toEqual([[0, [], 2], [expect.stringContaining('does not fit'), 'no policy is for the repository unknown: nobody looks at its signature']]);
  await world.publish('ours', 2, 'other');
  const refused = await run('ours', 'theirs', 'plain');
  expect([refused.code, refused.told[0]!.message]).toEqual([1, expect.stringContaining('/ours/repository.yaml')]);
  expect(codes(await world.run(search, { repository: ['theirs'], trust: 'trust.yaml', verify: 'enforce' }))).toEqual([1, ['COS_CLIENT_UNTRUSTED'], 0]);
  expect(codes(await world.run(search, { repository: ['plain'], trust: 'trust.yaml', verify: 'warn' }))).toEqual([2, ['COS_CLIENT_POLICY'], 0]);
});

test('mistakes in policies are told with their places, all at once', async () => {
  const world = await createWorld();
  await world.publish('plain', 1);
  writeFileSync(join(world.folder, 'trust.yaml'), `policies:
- match: plain
  mode: strict
  keys: [none.pub]
- {mode: warn, matches: x}
- {match: a, mode: enforce, keys: [own.pub], maxAgeDays: soon}
`);
  const { code, told } = await world.run(search, { repository: ['plain'], trust: 'trust.yaml' });
  expect([code, told[0]!.code, told[0]!.notes?.map(({ message }) => message.replace(world.folder, ''))]).toEqual([2, 'COS_CLIENT_POLICY', [
    '/trust.yaml:2:3: expected "mode" as one of enforce, warn, off; found "strict"',
    '/trust.yaml:4:10: The public key none.pub cannot be read.',
    '/trust.yaml:5:16: nobody knows the field "matches"; there are match, mode, keys, identity, signatures, maxAgeDays',
    '/trust.yaml:5:3: expected "match": a name or a place, in which * stands for any text',
    '/trust.yaml:5:3: expected "keys" for the mode warn: a list of files of public keys',
    '/trust.yaml:6:3: expected "maxAgeDays" as a number of days; found "soon"',
  ]]);
  expect(codes(await world.run(search, { repository: ['plain'], trust: 'absent.yaml' }))).toEqual([2, ['COS_CLIENT_REQUEST'], 0]);
});
