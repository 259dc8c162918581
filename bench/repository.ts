import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { closeSync, copyFileSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { diskTransport, openRepository, planChanges } from '@cos/client';
import { archiveFileName, createRecord, metadataFileName, writeMetadata, type ArchiveMetadata } from '@cos/luet';
// Stages of a plugin are public by the engine alone, which would be measured, too.
import { createRepository } from '../plugins/repo/src/create-repository.ts';
import type { MatchedPackage } from '../plugins/repo/src/match-packages.ts';
import { folderPlace } from '../plugins/repo/src/publish/folder-place.ts';
import { readPins } from '../plugins/repo/src/publish/pins.ts';
import { publishRepository } from '../plugins/repo/src/publish/publish-repository.ts';
import { duration, shortestOf, type Figure } from './measure.ts';
import { parsePlainYaml } from './yaml.ts';

const COUNT = 2000;
const signal = new AbortController().signal;
const archives = { treeName: 'tree.tar', metaName: 'repository.meta.yaml.tar', treeCompression: 'gzip', metaCompression: 'none' } as const;
const settings = { name: 'bench', description: '', type: 'disk', urls: [], priority: undefined } as const;

/** A repository of 2,000 packages: made, published, added to, and read by a client. */
export async function benchRepository(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cos-bench-repository-'));
  try {
    return await measure(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<readonly Figure[]> {
  const packages = makePackages(join(folder, 'given'), COUNT, 20_000);
  const created = await timed(async () => {
    mkdirSync(join(folder, 'created'));
    await createRepository({ folder: join(folder, 'created'), packages, trees: [], settings: { ...settings, revision: 1, lastUpdate: 0 }, archives, snapshot: undefined, signal });
  });
  const copied = await timed(() => copyAll(packages, join(folder, 'copied'), false));
  const published = join(folder, 'published');
  const first = await timed(() => publish(folder, published, packages));
  const durable = await timed(() => copyAll(packages, join(folder, 'durable'), true));

  // The other archives are not there to be read any more.
  rmSync(join(folder, 'given'), { recursive: true });
  const [small] = makePackages(join(folder, 'one'), 1, 20_000, 'small');
  const one = await timed(() => publish(folder, published, [...packages, ...(small === undefined ? [] : [small])]));
  const plain = await timed(() => readPlainly(published));

  const large = join(folder, 'large');
  const heavy = makePackages(join(folder, 'heavy'), 60, 2_000_000);
  await publish(folder, large, heavy);
  const light = join(folder, 'light');
  const feathers = makePackages(join(folder, 'feathers'), 60, 2_000);
  await publish(folder, light, feathers);
  // What was written for the benchmark itself must not be brought to the disk by what is measured.
  execFileSync('sync');
  const added: MatchedPackage[] = [];
  let round = 0;
  const add = await shortestOf(3, {
    async floor() {
      round += 1;
      added.push(...makePackages(join(folder, `add-${round}`), 1, 20_000, `x${round}-`));
      await publish(folder, light, [...feathers, ...added]);
    },
    value: async () => publish(folder, large, [...heavy, ...added]),
  });

  const read = await shortestCpu(5, () => readAsClient(published));
  const parsed = await shortestCpu(5, () => readPlainly(published));
  return [
    duration(`make a repository of ${COUNT} packages, against copying them`, created, copied),
    duration(`publish ${COUNT} packages to a folder, against copying them durably`, first, durable),
    duration(`add one package to ${COUNT}, against plainly parsing the index`, one, plain),
    duration('add one package to 60, archives of 2 MB against 2 kB', add.value, add.floor),
    duration(`read and resolve the index of ${COUNT} packages, CPU, against plainly parsing it`, read, parsed),
  ];
}

function makePackages(folder: string, count: number, size: number, prefix = 'p'): readonly MatchedPackage[] {
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, index): MatchedPackage => {
    const identity = { category: 't', name: `${prefix}${index}`, version: `1.${index}` };
    const path = join(folder, archiveFileName(identity, 'gzip'));
    const bytes = gzipSync(randomBytes(size), { level: 1 });
    writeFileSync(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const requires = [index >> 1, index >> 2].filter((other, at, all) => other < index && all.indexOf(other) === at).map((other) => ({ category: 't', name: `${prefix}${other}`, version: '>=0' }));
    const spec = { image: 'base', seed: 'base', steps: ['make', 'make install'], env: [], prelude: [], packageDir: '', retrieve: [], unpack: false, includes: [], excludes: [], copy: [], requiresFinalImages: false };
    const metadata: ArchiveMetadata = {
      path: archiveFileName(identity, 'gzip'), sha256, compression: 'gzip', files: Array.from({ length: 5 }, (__, file) => `usr/share/${identity.name}/${file}`), spec,
      package: createRecord(identity), runtime: createRecord({ ...identity, requires, description: `number ${index}` }), buildValues: { distribution: 'debian' }, pushImageRepository: '', pullImageRepositories: [], chain: [],
    };
    return { identity, archive: { ...identity, compression: 'gzip', sha256, path }, metadata };
  });
}

async function publish(folder: string, to: string, packages: readonly MatchedPackage[]): Promise<void> {
  const scratch = mkdtempSync(join(folder, 'scratch-'));
  const log = { info: () => undefined, warn: (line: string): never => { throw new Error(line); } };
  const { isNew } = await publishRepository({ place: folderPlace(to, signal), packages, trees: [], settings, archives, snapshot: undefined, replace: [], retain: { versions: undefined, snapshots: undefined }, pins: readPins([]), now: new Date(), mtime: 0, scratch, log, signal });
  if (!isNew) throw new Error('nothing was published');
}

/** What has to be done at least: the same files, in another folder. */
function copyAll(packages: readonly MatchedPackage[], to: string, isDurable: boolean): void {
  mkdirSync(to);
  for (const { identity, archive, metadata } of packages) {
    const names = [metadata.path, metadataFileName(identity)];
    copyFileSync(archive?.path ?? '', join(to, `.${names[0]}`));
    writeFileSync(join(to, `.${names[1]}`), writeMetadata(metadata));
    for (const name of names) {
      if (isDurable) {
        const file = openSync(join(to, `.${name}`), 'r');
        fsyncSync(file);
        closeSync(file);
      }
      renameSync(join(to, `.${name}`), join(to, name));
    }
  }
}

/** The texts of tree and index, parsed by js-yaml as they come. */
function readPlainly(published: string): void {
  const newest = readdirSync(published).filter((name) => name.endsWith('-repository.yaml')).sort().at(-1) ?? '';
  const prefix = newest.slice(0, -'repository.yaml'.length);
  let found = 0;
  for (const bytes of [readFileSync(join(published, `${prefix}repository.meta.yaml.tar`)), gunzipSync(readFileSync(join(published, `${prefix}tree.tar.gz`)))]) {
    for (const text of filesOf(bytes)) if (parsePlainYaml(text) !== undefined) found += 1;
  }
  if (found < COUNT) throw new Error(`${found} texts`);
}

/** Texts of a tar that has only short names. */
function filesOf(tar: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8);
    if (tar.toString('latin1', at + 156, at + 157) === '0') texts.push(tar.toString('utf8', at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return texts;
}

async function readAsClient(published: string): Promise<void> {
  const repository = await openRepository({ name: 'bench', transports: [diskTransport(published)], signal });
  const { install } = planChanges({ installed: [], repositories: [repository], wanted: [{ category: 't', name: `p${COUNT - 1}`, version: '>=0' }], others: 'keep' });
  if (install.length < 10) throw new Error(`${install.length} packages would be installed`);
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Milliseconds of the processor, of all threads. */
async function shortestCpu(rounds: number, work: () => Promise<void> | void): Promise<number> {
  let shortest = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    shortest = Math.min(shortest, (user + system) / 1000);
  }
  return shortest;
}
