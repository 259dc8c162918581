import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository, type RepositoryTrust } from '@cos/client';
import { createSignature, findPolicy, TrustError, type NamedPolicy, type Seen } from '@cos/trust';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IndexSigner } from '../../src/publish/index-signer.ts';
import type { Place } from '../../src/publish/place.ts';
import { temporaryFolder } from '../rig.ts';
import { folder, publishTo, samples } from './rig.ts';
import { expectRow, installFrom, makeSigner, modes, trustIn, type Row, type Told } from './tampered.ts';

// Everything that somebody can do to a signed repository who has no key, under each policy. A row says what follows for who enforces (a problem of trust, or of
// the bytes), and for who is warned or looks away: what is told then, and what comes of the install.

const signal = new AbortController().signal;
let own: IndexSigner;
let other: IndexSigner;
/** A signed repository with an older publication in `before`, and one of somebody else with the same name. */
let made: Made;

interface Made {
  readonly path: string;
  readonly before: string;
  readonly foreign: string;
  readonly seen: Seen;
}

beforeAll(async () => {
  [own, other] = [await makeSigner('own.pub'), await makeSigner('other.pub')];
});

async function makeFolders(): Promise<Made> {
  const at = await temporaryFolder();
  const [path, before, foreign] = ['main', 'before', 'foreign'].map((name) => join(at, name));
  await publishTo(folder(path!), await samples('app/a@1.0', 'app/b@1.0'), { signer: own });
  cpSync(path!, before!, { recursive: true });
  await publishTo(folder(path!), await samples('app/a@1.1'), { signer: own });
  await publishTo(folder(foreign!), await samples({ id: 'app/a@9.9', text: 'evil' }), { signer: other });
  const { verified } = await openRepository({ name: 'main', transports: [folder(path!).transport], trust: trustIn(own), signal });
  return { path: path!, before: before!, foreign: foreign!, seen: verified! };
}

interface FolderRow extends Row {
  readonly to: (path: string) => Promise<void> | void;
}

const edit = (path: string, name: string, change: (text: string) => string): void => {
  const before = readFileSync(join(path, name), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(path, name), after);
};
const index = (change: (text: string) => string) => (path: string) => edit(path, 'repository.yaml', change);
const flip = (path: string, name: string): void => {
  const bytes = readFileSync(join(path, name));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(join(path, name), bytes);
};
const named = (path: string, what: string): string => new RegExp(`filename: (\\S*${what}\\S*)`).exec(readFileSync(join(path, 'repository.yaml'), 'utf8'))?.[1] ?? '';
const signatureOf = (path: string): string => `sha256-${createHash('sha256').update(readFileSync(join(path, 'repository.yaml'))).digest('hex')}.sig`;
const shaOf = (what: string) => new RegExp(`(filename: \\S*${what}[\\s\\S]*?sha256: )[0-9a-f]{64}`);
const ofIndex = /main\/repository\.yaml|repository\.yaml of \S*main/;

const fieldRows: readonly FolderRow[] = [
  { does: 'another name', to: index((text) => text.replace('name: sample', 'name: sampled')), enforce: 'unsigned', names: ofIndex },
  { does: 'another description', to: index((text) => text.replace('A sample', 'Another')), enforce: 'unsigned', names: ofIndex },
  { does: 'a later revision', to: index((text) => text.replace('revision: 2', 'revision: 3')), enforce: 'unsigned', names: ofIndex },
  { does: 'an earlier revision', to: index((text) => text.replace('revision: 2', 'revision: 1')), enforce: 'unsigned', names: ofIndex },
  { does: 'a later time', to: index((text) => text.replace(/last_update: .*/, 'last_update: "1999999999"')), enforce: 'unsigned', names: ofIndex },
  { does: 'other addresses', to: index((text) => text.replace(/urls:[^\n]*(?:\n[ -][^\n]*)*/, 'urls: [http://evil.example]')), enforce: 'unsigned', names: ofIndex },
  { does: 'the digest of another tree', to: index((text) => text.replace(shaOf('tree\\.tar'), `$1${'0'.repeat(64)}`)), enforce: 'unsigned', names: ofIndex, otherwise: 'corrupt' },
  { does: 'the digest of another index', to: index((text) => text.replace(shaOf('meta\\.yaml'), `$1${'0'.repeat(64)}`)), enforce: 'unsigned', names: ofIndex, otherwise: 'corrupt' },
  { does: 'no digest of the tree', to: index((text) => text.replace(/(filename: \S*tree\.tar[\s\S]*?sha256: )[0-9a-f]{64}/, '$1""')), enforce: 'unsigned', names: ofIndex, warned: ['unsigned'] },
  { does: 'the tree of another file', to: (path) => edit(path, 'repository.yaml', (text) => text.replaceAll(named(path, '-tree\\.tar'), 'other.tar.gz')), enforce: 'unsigned', names: ofIndex, otherwise: 'not-found' },
  { does: 'the index of another file', to: (path) => edit(path, 'repository.yaml', (text) => text.replaceAll(named(path, 'meta\\.yaml'), 'other.tar')), enforce: 'unsigned', names: ofIndex, otherwise: 'not-found' },
  { does: 'a byte behind its end', to: index((text) => `${text}\n`), enforce: 'unsigned', names: ofIndex },
];

const objectRows: readonly FolderRow[] = [
  { does: 'the signature away', to: (path) => rmSync(join(path, signatureOf(path))), enforce: 'unsigned', names: ofIndex },
  { does: 'the signature away and one of another key there', to: async (path) => writeFileSync(join(path, signatureOf(path)), await createSignature(streamOf(readFileSync(join(path, 'repository.yaml'))), other.key)), enforce: 'invalid', names: ofIndex },
  { does: 'the signature of the older index there', to: (path) => copyFileSync(join(made.before, signatureOf(made.before)), join(path, signatureOf(path))), enforce: 'invalid', names: ofIndex },
  { does: 'something else as signature', to: (path) => writeFileSync(join(path, signatureOf(path)), 'signed, honestly\n'), enforce: 'signature-file', names: ofIndex },
  { does: 'a damaged signature', to: (path) => edit(path, signatureOf(path), (text) => `${text.slice(0, 30)}${text[30] === 'A' ? 'B' : 'A'}${text.slice(31)}`), enforce: 'invalid', names: ofIndex },
  { does: 'an edited index with the old signature under the new name', to: (path) => { const old = signatureOf(path); index((text) => text.replace('A sample', 'Another'))(path); copyFileSync(join(path, old), join(path, signatureOf(path))); }, enforce: 'invalid', names: ofIndex },
  { does: 'an edited index with the old signature under its usual name', to: (path) => { const old = signatureOf(path); index((text) => text.replace('A sample', 'Another'))(path); copyFileSync(join(path, old), join(path, 'repository.yaml.sig')); }, enforce: 'invalid', names: ofIndex },
  { does: 'another tree', to: (path) => copyFileSync(join(made.before, named(made.before, '-tree\\.tar')), join(path, named(path, '-tree\\.tar'))), enforce: 'corrupt', names: /tree\.tar\.gz of \S*main/, otherwise: 'corrupt', warned: [] },
  { does: 'a damaged tree', to: (path) => flip(path, named(path, '-tree\\.tar')), enforce: 'corrupt', names: /tree\.tar\.gz of \S*main/, otherwise: 'corrupt', warned: [] },
  { does: 'another list of packages', to: (path) => copyFileSync(join(made.foreign, named(made.foreign, 'meta\\.yaml')), join(path, named(path, 'meta\\.yaml'))), enforce: 'corrupt', names: /meta\.yaml\.tar of \S*main/, otherwise: 'corrupt', warned: [] },
  { does: 'a damaged list of packages', to: (path) => flip(path, named(path, 'meta\\.yaml')), enforce: 'corrupt', names: /meta\.yaml\.tar of \S*main/, otherwise: 'corrupt', warned: [] },
  { does: 'an older package in place of a newer one', to: (path) => copyFileSync(join(path, 'a-app-1.0.package.tar.zst'), join(path, 'a-app-1.1.package.tar.zst')), enforce: 'corrupt', names: /a-app-1\.1\.package\.tar\.zst of app\/a@1\.1/, otherwise: 'corrupt', warned: [] },
  { does: 'another package in place of one', to: (path) => copyFileSync(join(path, 'b-app-1.0.package.tar.zst'), join(path, 'a-app-1.1.package.tar.zst')), enforce: 'corrupt', names: /app\/a@1\.1/, otherwise: 'corrupt', warned: [] },
  { does: 'the package of somebody else', to: (path) => copyFileSync(join(made.foreign, 'a-app-9.9.package.tar.zst'), join(path, 'a-app-1.1.package.tar.zst')), enforce: 'corrupt', names: /app\/a@1\.1/, otherwise: 'corrupt', warned: [] },
  { does: 'no package', to: (path) => rmSync(join(path, 'a-app-1.1.package.tar.zst')), enforce: 'not-found', names: /a-app-1\.1\.package\.tar\.zst/, otherwise: 'not-found', warned: [] },
  { does: 'the whole repository of somebody else', to: (path) => replaceBy(path, made.foreign), enforce: 'invalid', names: ofIndex },
  { does: 'the whole repository of an earlier time, seen before', to: (path) => replaceBy(path, made.before), enforce: 'replay', names: ofIndex, over: () => ({ seen: made.seen }) },
  { does: 'the whole repository of an earlier time, for too long', to: (path) => replaceBy(path, made.before), enforce: 'frozen', names: ofIndex, over: () => ({ maxAgeDays: 7, now: new Date(Date.UTC(2026, 0, 10)) }) },
  { does: 'another signed repository of the same publisher, seen before', to: async (path) => anotherOfOurs(path, 'other'), enforce: 'identity', names: ofIndex, over: () => ({ seen: made.seen }) },
  { does: 'another signed repository of the same publisher, by its name', to: async (path) => anotherOfOurs(path, 'other'), enforce: 'identity', names: ofIndex, over: () => ({ identity: 'sample' }) },
  { does: 'another signed index of the same revision', to: async (path) => anotherOfOurs(path, 'sample'), enforce: 'replay', names: ofIndex, over: () => ({ seen: { ...made.seen, lastUpdate: 0 } }) },
];

function replaceBy(path: string, source: string): void {
  rmSync(path, { recursive: true });
  cpSync(source, path, { recursive: true });
}

/** Signed as well as can be, with two publications. */
async function anotherOfOurs(path: string, name: string): Promise<void> {
  rmSync(path, { recursive: true });
  for (const id of ['app/a@1.0', 'app/a@2.0']) {
    await publishTo(folder(path), await samples({ id, text: `other ${id}` }), { signer: own, settings: { name, description: '', type: 'disk', urls: [], priority: undefined } });
  }
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

test('nothing is told of what nobody has touched, under any policy', async () => {
  await fixture();
  for (const mode of modes) expect(await installFrom(folder(made.path), trustIn(own, { mode, seen: made.seen, maxAgeDays: 7, identity: 'sample' }))).toEqual({ end: 'installs', warned: [], message: '' });
});

test.each([...fieldRows.map((row) => ({ ...row, does: `an index with ${row.does}` })), ...objectRows])('in a folder: $does', async (row) => {
  await fixture();
  const path = join(await temporaryFolder(), 'main');
  cpSync(made.path, path, { recursive: true });
  await row.to(path);
  for (const mode of modes) expectRow(row, mode, await installFrom(folder(path), trustIn(own, { mode, ...row.over?.() })));
});

describe('signed and unsigned repositories beside each other', () => {
  const policiesOf = (mode: NamedPolicy['mode']): readonly NamedPolicy[] => [
    { match: '*/signed', mode: 'enforce', keys: [own.trusted] },
    { match: '*/unsigned', mode, keys: mode === 'off' ? [] : [own.trusted] },
  ];

  test.each([
    ['enforce', 'unsigned', []],
    ['warn', 'installs', ['unsigned']],
    ['off', 'installs', []],
  ] as const)('the unsigned one is dealt with as its own policy %s says, and the signed one as its', async (mode, end, warned) => {
    const home = await temporaryFolder();
    await publishTo(folder(join(home, 'signed')), await samples('app/a@1.0'), { signer: own });
    await publishTo(folder(join(home, 'unsigned')), await samples('app/b@1.0'));
    const told: Record<string, Told> = {};
    for (const name of ['signed', 'unsigned']) {
      const { match: _, ...policy } = findPolicy(policiesOf(mode), [join(home, name)])!;
      told[name] = name === 'signed' ? await installFrom(folder(join(home, name)), trustIn(own, policy)) : await openOnly(folder(join(home, name)), policy);
    }
    expect(told).toMatchObject({ signed: { end: 'installs', warned: [] }, unsigned: { end, warned } });
    if (mode !== 'off') expect(told['unsigned']!.message).toContain(`${join(home, 'unsigned')}/repository.yaml`);
    // The signed one does not become unsigned because its neighbour is.
    rmSync(join(home, 'signed', signatureOf(join(home, 'signed'))));
    const { match: _, ...policy } = findPolicy(policiesOf(mode), [join(home, 'signed')])!;
    expect(await installFrom(folder(join(home, 'signed')), trustIn(own, policy))).toMatchObject({ end: 'unsigned' });
  });

  async function openOnly(place: Place, over: Partial<RepositoryTrust>): Promise<Told> {
    const warned: TrustError[] = [];
    try {
      await openRepository({ name: 'unsigned', transports: [place.transport], trust: trustIn(own, { ...over, warn: (problem) => void warned.push(problem) }), signal });
      return { end: 'installs', warned: warned.map(({ code }) => code), message: warned.map(({ message }) => message).join(' ') };
    } catch (error) {
      if (!(error instanceof TrustError)) throw error;
      return { end: error.code, warned: [], message: error.message };
    }
  }
});

const kept = mkdtempSync(join(tmpdir(), 'cos-tampering-'));
afterAll(() => rmSync(kept, { recursive: true, force: true }));

/** Made in the first test that needs it; later ones copy from it. */
async function fixture(): Promise<void> {
  if (made !== undefined) return;
  const found = await makeFolders();
  for (const name of ['main', 'before', 'foreign']) cpSync(join(found.path, '..', name), join(kept, name), { recursive: true });
  made = { path: join(kept, 'main'), before: join(kept, 'before'), foreign: join(kept, 'foreign'), seen: found.seen };
}
